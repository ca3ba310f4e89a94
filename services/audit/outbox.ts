import type { AuditLog, AuditNews, OwesAudit } from '../model/audit.js';
import type { Clock } from '../model/clock.js';
import type { JsonObject } from '../model/json.js';
import { breathe } from '../model/patience.js';
import type { Person } from '../model/people.js';
import type { CollectionSpec, Records, StoredRecord } from '../model/records.js';

/** What the audit is to say of a change. */
export interface News {
  readonly kind: string;
  readonly actor: Pick<Person, 'objectId' | 'name'> | 'service';
  readonly details?: JsonObject;
}

/** For the collections whose records owe the audit something: how {@link Outbox.left} finds them. */
export const OWES_AUDIT_INDEX: CollectionSpec<StoredRecord>['indexes'][number] = [['owesAudit', 1]];

/** An entry that stands there so long after what it tells of says when that was. */
const LATE_AFTER_IN_MS = 60_000;
const TRIES_AT_MOST = 50;

type Owing = StoredRecord & OwesAudit;

/**
 * A change and its audit entry in one write (SPEC N3): the record keeps the entry until it stands in the audit. A process that dies in
 * between leaves it owing, and whoever comes next tells it. Each entry has a key of its own, so it is told once however often it is tried.
 */
export class Outbox<T extends Owing> {
  constructor(
    private readonly records: Records<T>,
    private readonly deps: { readonly audit: AuditLog; readonly clock: Clock },
    private readonly requestIdOf: (record: T) => string,
  ) {}

  /** The record as it is to be stored: it owes the news besides what it owed before. `next.rev` is the one it replaces; 0 for a new record. */
  owing(next: T, { kind, actor, details = {} }: News): T {
    const news: AuditNews = {
      // One change makes one revision of one record.
      key: `${next.id}/${next.rev + 1}/${kind}`,
      kind,
      actor: actor === 'service' ? actor : { objectId: actor.objectId, name: actor.name },
      details,
      at: this.deps.clock.now().toISOString(),
    };
    return { ...next, untold: [...(next.untold ?? []), news], owesAudit: true };
  }

  /** Tells what the record owes. Safe to repeat, also at once by several. @returns the record as it is stored then */
  async settle(record: T): Promise<T> {
    let current = record;
    for (let lost = 0; lost < TRIES_AT_MOST; lost += 1) {
      const news = current.untold ?? [];
      if (news.length === 0) return current;
      for (const each of news) await this.tell(current, each);
      const { untold: _told, owesAudit: _no, ...rest } = current;
      const stored = await this.records.update(rest as unknown as T);
      if (stored) return stored;
      // Somebody changed it meanwhile, or has settled it.
      await breathe(lost);
      current = (await this.records.get(record.tenant, record.id)) ?? (rest as unknown as T);
    }
    return current;
  }

  /** Records that a crash left owing, of all tenants. */
  left(): Promise<readonly T[]> {
    return this.records.findEverywhere({ where: { owesAudit: true } });
  }

  private async tell(record: T, { key, kind, actor, details, at }: AuditNews): Promise<void> {
    const isLate = this.deps.clock.now().getTime() - Date.parse(at) > LATE_AFTER_IN_MS;
    await this.deps.audit.append({
      tenant: record.tenant,
      requestId: this.requestIdOf(record),
      actor,
      kind,
      key,
      details: isLate ? { ...details, happenedAt: at } : details,
    });
  }
}
