import { RewindError } from '../../services/model/errors.js';
import type { TenantId } from '../../services/model/ids.js';
import { breathe } from '../../services/model/patience.js';
import type { Person } from '../../services/model/people.js';
import type { CollectionSpec, Records, RecordStore, StoredRecord } from '../../services/model/records.js';
import type { ConversationAddress } from './port.js';

/** A chat the bot has been in: `person:{object id}` or `channel:{conversation id}`. */
export interface Conversation extends StoredRecord {
  readonly address: ConversationAddress;
  readonly person?: { readonly objectId: string; readonly name: string };
  /** IANA, from the last activity that told it. */
  readonly timeZone?: string;
  readonly locale?: string;
  /** The welcome was sent: installation events come more than once. */
  readonly greeted: boolean;
}

const conversationsSpec: CollectionSpec<Conversation> = {
  name: 'conversations',
  schemaVersion: 1,
  indexes: [],
};

/** Races for one chat's record that are lost before it is given up. */
const TRIES_AT_MOST = 50;

export const personKey = (id: string): string => `person:${id}`;
export const channelKey = (conversationId: string): string =>
  `channel:${conversationId.replace(/;messageid=.*$/, '')}`;

/** Remembers where people and channels are reached, and in which time zone they live. */
export class Conversations {
  private readonly records: Records<Conversation>;

  constructor(store: RecordStore) {
    this.records = store.collection(conversationsSpec);
  }

  /** Stores the newest address, zone and locale; what a later activity does not tell is kept. */
  async remember(
    tenant: TenantId,
    key: string,
    seen: Omit<Conversation, keyof StoredRecord | 'greeted'>,
  ): Promise<Conversation> {
    for (let lost = 0; lost < TRIES_AT_MOST; lost += 1) {
      await breathe(lost);
      const known = await this.records.get(tenant, key);
      if (!known) {
        const fresh: Conversation = { tenant, id: key, rev: 1, greeted: false, ...seen };
        if (await this.records.create(fresh)) return fresh;
        continue;
      }
      const merged = { ...known, ...dropUndefined(seen) };
      if (JSON.stringify(merged) === JSON.stringify(known)) return known;
      const stored = await this.records.update(merged);
      if (stored) return stored;
    }
    throw new RewindError('STORE_UNREACHABLE', {}, { message: 'STORE_UNREACHABLE: a chat kept changing' });
  }

  /** @returns true for the one caller that is to send the welcome */
  async claimWelcome(tenant: TenantId, key: string): Promise<boolean> {
    const known = await this.records.get(tenant, key);
    if (!known || known.greeted) return false;
    return (await this.records.update({ ...known, greeted: true })) !== null;
  }

  ofPerson(person: Person): Promise<Conversation | null> {
    return this.records.get(person.tenant, personKey(person.objectId));
  }

  ofChannel(tenant: TenantId, conversationId: string): Promise<Conversation | null> {
    return this.records.get(tenant, channelKey(conversationId));
  }

  /** The app was removed there: nothing is sent any more. */
  forget(tenant: TenantId, key: string): Promise<void> {
    return this.records.remove(tenant, key);
  }
}

function dropUndefined<T extends object>(value: T): Partial<T> {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as Partial<T>;
}
