import type { AuditEntry, AuditLog } from '../model/audit.js';
import type { Clock } from '../model/clock.js';
import { RewindError } from '../model/errors.js';
import type { TenantId } from '../model/ids.js';
import { hashOf, plain } from '../model/json.js';
import { breathe } from '../model/patience.js';
import type { CollectionSpec, RecordQuery, RecordStore, StoredRecord } from '../model/records.js';

export interface AuditDeps {
  readonly store: RecordStore;
  readonly clock: Clock;
}

type AuditRecord = AuditEntry & StoredRecord;

export const AUDIT: CollectionSpec<AuditRecord> = {
  name: 'audit',
  schemaVersion: 1,
  indexes: [
    [
      ['tenant', 1],
      ['number', -1],
    ],
    [
      ['tenant', 1],
      ['requestId', 1],
      ['number', -1],
    ],
  ],
};

/** `prev` of entry 1. */
const GENESIS = '0'.repeat(64);
const PAGE = 500;
const DEFAULT_LIMIT = 100;
/** Numbers that others were faster at, before an entry is given up: far more than instances there are. */
const TRIES_AT_MOST = 500;

/**
 * The append-only audit. The number of an entry is its id, so the store's create-if-absent is what makes numbers gap-free and unique
 * however many instances append at once: who loses a number reads the new end of the chain and takes the next.
 */
export function createAuditLog({ store, clock }: AuditDeps): AuditLog {
  const records = store.collection(AUDIT);
  /** The last entry that this process knows of; only a hint, create decides. */
  const heads = new Map<TenantId, Pick<AuditEntry, 'number' | 'hash'>>();
  const queues = new Map<TenantId, Promise<unknown>>();

  const readHead = async (tenant: TenantId): Promise<Pick<AuditEntry, 'number' | 'hash'>> => {
    const [last] = await records.find(tenant, { sort: [['number', -1]], limit: 1 });
    return last ?? { number: 0, hash: GENESIS };
  };

  const toldBefore = async ({
    tenant,
    requestId = '',
    kind,
    key,
  }: Pick<AuditEntry, 'tenant' | 'requestId' | 'kind' | 'key'>) => {
    const where: RecordQuery['where'] = key === undefined ? { requestId, kind } : { requestId, key };
    const [told] = await records.find(tenant, { where, limit: 1 });
    return told && withoutRecordFields(told);
  };

  const append: AuditLog['append'] = async (entry, { once = false } = {}) => {
    let head = heads.get(entry.tenant) ?? (await readHead(entry.tenant));
    for (let lost = 0; lost < TRIES_AT_MOST; lost += 1) {
      await breathe(lost);
      // After the head was read: whoever tells it from here on takes the number that ours would have had.
      const told = (once || entry.key !== undefined) && (await toldBefore(entry));
      if (told) return told;
      // Plain before hashing: what is read back has to hash to the same.
      const full: Omit<AuditEntry, 'hash'> = plain({
        ...entry,
        number: head.number + 1,
        at: clock.now().toISOString(),
        prev: head.hash,
      });
      const record = { ...full, hash: hashOf(full), id: idOf(full.number), rev: 1 };
      if (await records.create(record)) {
        heads.set(entry.tenant, record);
        return withoutRecordFields(record);
      }
      head = await readHead(entry.tenant);
    }
    throw new RewindError('STORE_UNREACHABLE', {}, { message: 'STORE_UNREACHABLE: the audit kept growing' });
  };

  return {
    // One after the other within this process, so that its own entries never race each other.
    append(entry, options) {
      const before = queues.get(entry.tenant) ?? Promise.resolve();
      const mine = before.then(
        () => append(entry, options),
        () => append(entry, options),
      );
      queues.set(entry.tenant, mine);
      return mine;
    },
    async list(tenant, options = {}) {
      const where: RecordQuery['where'] =
        options.requestId === undefined ? {} : { requestId: options.requestId };
      const found = await records.find(tenant, {
        where,
        sort: [['number', -1]],
        limit: options.limit ?? DEFAULT_LIMIT,
      });
      return found.map(withoutRecordFields);
    },
    async verify(tenant) {
      let prev = GENESIS;
      let expected = 1;
      for (;;) {
        const page = await records.find(tenant, {
          where: { number: { gte: expected } },
          sort: [['number', 1]],
          limit: PAGE,
        });
        for (const record of page) {
          const { hash, ...rest } = withoutRecordFields(record);
          const holds = rest.number === expected && rest.prev === prev && hashOf(rest) === hash;
          if (!holds) return { entries: expected - 1, firstBroken: expected };
          prev = hash;
          expected += 1;
        }
        if (page.length < PAGE) return { entries: expected - 1, firstBroken: null };
      }
    },
  };
}

/** Zero-padded, so that ids sort as numbers do. */
const idOf = (number: number): string => String(number).padStart(12, '0');

/** The entry as it was hashed; a store may add fields of its own (schema version), which are not part of it. */
function withoutRecordFields(record: AuditRecord): AuditEntry {
  const { tenant, number, at, actor, kind, requestId, key, details, prev, hash } = record;
  return {
    tenant,
    number,
    at,
    actor,
    kind,
    ...(requestId === undefined ? {} : { requestId }),
    ...(key === undefined ? {} : { key }),
    details,
    prev,
    hash,
  };
}
