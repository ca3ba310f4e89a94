import type { Collection, Db, Document, Filter, IndexDescription, Sort } from 'mongodb';
import { RewindError } from '../model/errors.js';
import type { TenantId } from '../model/ids.js';
import type { Log } from '../model/log.js';
import type {
  CollectionSpec,
  Condition,
  RecordQuery,
  Records,
  RecordStore,
  StoredRecord,
} from '../model/records.js';
import { backOff } from '../model/patience.js';
import { crossing } from './connect.js';
import { ensureIndexes } from './indexes.js';

export interface MongoRecordStore extends RecordStore {
  /** Makes the indexes of every collection asked for so far; safe to repeat. One that is asked for later has none: an error in the log. */
  createIndexes(): Promise<void>;
}

/** Counters of all collections: `_id` = collection/tenant/counter. */
const COUNTERS = 'counters';
/** A lost answer and a race end in the same question, asked this often before giving up. */
const MAX_ATTEMPTS = 4;

interface CounterDocument {
  readonly _id: string;
  readonly value: number;
}
/** A record as it is stored: `_id` joins tenant and id, so that identity needs no index of its own. */
interface StoredDocument extends Document {
  readonly _id: string;
  readonly schema: number;
  readonly rev: number;
  /** Who wrote this revision: tells a write of ours whose answer was lost from somebody else's. */
  readonly write: string;
}

/** The records port over any MongoDB. Uses single-document operations only: no transactions, no server-side clock. */
export function createRecordStore(db: Db, log?: Log): MongoRecordStore {
  const specs = new Map<string, CollectionSpec<StoredRecord>>();
  let areMade = false;
  return {
    collection<T extends StoredRecord>(spec: CollectionSpec<T>): Records<T> {
      if (areMade && !specs.has(spec.name))
        log?.error(
          { collection: spec.name },
          'first asked for when the indexes were made already: it has none',
        );
      specs.set(spec.name, spec as unknown as CollectionSpec<StoredRecord>);
      return new MongoRecords<T>(spec, db.collection<StoredDocument>(spec.name), db.collection(COUNTERS));
    },
    async createIndexes() {
      for (const { name, indexes } of specs.values()) {
        const wanted: IndexDescription[] = indexes.map((fields) => ({
          key: new Map(fields.map(([field, direction]) => [field, direction])),
        }));
        if (wanted.length === 0) continue;
        await crossing(() => ensureIndexes(db.collection(name), wanted));
        log?.debug({ collection: name, indexes: wanted.length }, 'indexes are there');
      }
      areMade = true;
    },
  };
}

const keyOf = (tenant: TenantId, id: string): string => `${tenant}/${id}`;

class MongoRecords<T extends StoredRecord> implements Records<T> {
  constructor(
    private readonly spec: CollectionSpec<T>,
    private readonly documents: Collection<StoredDocument>,
    private readonly counters: Collection<CounterDocument>,
  ) {}

  async get(tenant: TenantId, id: string): Promise<T | null> {
    const found = await crossing(() => this.documents.findOne({ _id: keyOf(tenant, id) }));
    return found && this.fromStored(found);
  }

  find(tenant: TenantId, query: RecordQuery): Promise<readonly T[]> {
    return this.select({ ...query, where: { ...query.where, tenant } });
  }

  findEverywhere(query: RecordQuery): Promise<readonly T[]> {
    return this.select(query);
  }

  private async select(query: RecordQuery): Promise<readonly T[]> {
    if (query.limit === 0) return [];
    const filter = Object.fromEntries(
      Object.entries(query.where ?? {}).map(([path, condition]) => [path, toMongo(condition)]),
    ) as Filter<StoredDocument>;
    const sort = Object.fromEntries(query.sort ?? []) as Sort;
    const found = await crossing(() =>
      this.documents
        .find(filter, { sort, ...(query.limit === undefined ? {} : { limit: query.limit }) })
        .toArray(),
    );
    return found.map((document) => this.fromStored(document));
  }

  async create(record: T): Promise<boolean> {
    const document = this.toStored(record, 1);
    return this.settle(
      async () => {
        await this.documents.insertOne(document);
        return true;
      },
      (there) => (there === null ? 'again' : there.write === document.write),
      document._id,
    );
  }

  async update(record: T): Promise<T | null> {
    const document = this.toStored(record, record.rev + 1);
    const done = await this.settle(
      async () => {
        const filter = { _id: document._id, rev: record.rev } as Filter<StoredDocument>;
        const result = await this.documents.replaceOne(filter, document);
        return result.matchedCount === 1;
      },
      (there) => (there?.write === document.write ? true : there?.rev === record.rev ? 'again' : false),
      document._id,
    );
    return done ? this.fromStored(document) : null;
  }

  /**
   * Runs a conditional write. Whatever it fails with, the stored document tells what happened: error codes for the same thing
   * differ between servers, and after a lost connection there is none.
   * @param judge  true = our write is there, false = somebody else's is, 'again' = neither
   */
  private async settle(
    write: () => Promise<boolean>,
    judge: (there: StoredDocument | null) => boolean | 'again',
    id: string,
  ): Promise<boolean> {
    for (let attempt = 1; ; attempt++) {
      try {
        if (await write()) return true;
      } catch (error) {
        const there = await crossing(() => this.documents.findOne({ _id: id }));
        const verdict = judge(there);
        if (verdict !== 'again') return verdict;
        if (attempt >= MAX_ATTEMPTS) return crossing(() => Promise.reject(error as Error));
        await backOff(attempt);
        continue;
      }
      // Not matched: unless an earlier attempt of ours, unanswered, had matched.
      const verdict = judge(await crossing(() => this.documents.findOne({ _id: id })));
      if (verdict !== 'again' || attempt >= MAX_ATTEMPTS) return verdict === true;
    }
  }

  async remove(tenant: TenantId, id: string): Promise<void> {
    await crossing(() => this.documents.deleteOne({ _id: keyOf(tenant, id) }));
  }

  async next(tenant: TenantId, counter: string): Promise<number> {
    const _id = `${this.spec.name}/${tenant}/${counter}`;
    for (let attempt = 1; ; attempt++) {
      try {
        const after = await this.counters.findOneAndUpdate(
          { _id },
          { $inc: { value: 1 } },
          { upsert: true, returnDocument: 'after' },
        );
        if (after) return after.value;
        if (attempt >= MAX_ATTEMPTS) throw new RewindError('STORE_UNREACHABLE');
      } catch (error) {
        // Two first counts at once: one of them meets the other's document. A lost answer costs a number, never repeats one.
        if (attempt >= MAX_ATTEMPTS) return crossing(() => Promise.reject(error as Error));
      }
      await backOff(attempt);
    }
  }

  private toStored(record: T, rev: number): StoredDocument {
    return {
      ...record,
      rev,
      _id: keyOf(record.tenant, record.id),
      schema: this.spec.schemaVersion,
      write: crypto.randomUUID(),
    };
  }

  /** @throws INTERNAL for a document of a newer version of the product */
  private fromStored(document: StoredDocument): T {
    const { _id, schema, write: _write, ...stored } = document;
    if (schema > this.spec.schemaVersion)
      throw new RewindError(
        'INTERNAL',
        {},
        {
          message: `${this.spec.name} ${_id} was written by a newer version (schema ${schema}, known ${this.spec.schemaVersion})`,
        },
      );
    const current =
      schema < this.spec.schemaVersion && this.spec.upgrade ? this.spec.upgrade(stored, schema) : stored;
    return current as unknown as T;
  }
}

function toMongo(condition: Condition): unknown {
  if (condition === null || typeof condition !== 'object') return condition;
  if ('in' in condition) return { $in: condition.in };
  const { gte, lt } = condition as { gte?: string | number; lt?: string | number };
  return { ...(gte === undefined ? {} : { $gte: gte }), ...(lt === undefined ? {} : { $lt: lt }) };
}
