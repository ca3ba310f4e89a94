import { Query } from 'mingo';
import { ObjectId } from 'mongodb';
import type { Db } from 'mongodb';

type Doc = Record<string, unknown> & { _id: unknown };
type Filter = Record<string, unknown>;
type Update = {
  $set?: Record<string, unknown>;
  $inc?: Record<string, number>;
  $unset?: Record<string, unknown>;
  $setOnInsert?: Record<string, unknown>;
};

/** Called around every single write, also inside a bulk: may throw (the process died) or wait (it stands still). */
export type WriteGate = (moment: 'before' | 'after', label: string) => void | Promise<void>;

/** The documents themselves, by collection and the text of their `_id`: what survives a process. */
export type MemoryData = Map<string, Map<string, Doc>>;

/**
 * The few operations of a MongoDB database that history, leases and Agenda use, in memory: quick enough for hundreds of random walks, and
 * with a gate at every write. The same suites also run on the embedded store, which is the judge of what a database does.
 */
export function memoryDb(data: MemoryData = new Map(), gate: WriteGate = () => undefined): Db {
  const collection = (name: string) => {
    let docs = data.get(name);
    if (!docs) data.set(name, (docs = new Map()));
    return new MemoryCollection(name, docs, gate);
  };
  return { collection } as unknown as Db;
}

class MemoryCollection {
  constructor(
    private readonly name: string,
    private readonly docs: Map<string, Doc>,
    private readonly gate: WriteGate,
  ) {}

  find(filter: Filter, _options?: unknown): MemoryCursor {
    return new MemoryCursor(() => this.matches(filter));
  }

  async findOne(filter: Filter, options: { sort?: Record<string, 1 | -1> } = {}): Promise<Doc | null> {
    await Promise.resolve();
    const [found] = sorted(this.matches(filter), options.sort);
    return found ? copy(found) : null;
  }

  listIndexes() {
    return { toArray: async () => [] };
  }
  async createIndexes(): Promise<void> {}
  async createIndex(): Promise<void> {}

  async insertOne(doc: Record<string, unknown>) {
    return this.written('insertOne', () => {
      const insertedId = doc['_id'] ?? new ObjectId();
      this.docs.set(String(insertedId), copy({ ...doc, _id: insertedId }));
      return { insertedId };
    });
  }

  async updateOne(filter: Filter, update: Update, options: { upsert?: boolean } = {}) {
    return this.written('updateOne', () => {
      const [doc] = this.matches(filter);
      if (doc) {
        apply(doc, update, false);
        return { acknowledged: true, matchedCount: 1, modifiedCount: 1 };
      }
      if (options.upsert) {
        this.upsert(filter, update);
      }
      return { acknowledged: true, matchedCount: 0, modifiedCount: 0 };
    });
  }

  async replaceOne(filter: Filter, replacement: Record<string, unknown>, options: { upsert?: boolean } = {}) {
    return this.written('replaceOne', () => {
      const [doc] = this.matches(filter);
      if (!doc && !options.upsert) return { matchedCount: 0 };
      const _id = doc?._id ?? filter['_id'];
      this.docs.set(String(_id), copy({ ...replacement, _id } as Doc));
      return { matchedCount: doc ? 1 : 0 };
    });
  }

  async deleteOne(filter: Filter) {
    return this.written('deleteOne', () => {
      const [doc] = this.matches(filter);
      if (doc) this.docs.delete(String(doc._id));
      return { deletedCount: doc ? 1 : 0 };
    });
  }

  async deleteMany(filter: Filter) {
    let deletedCount = 0;
    for (const { _id } of this.matches(filter)) deletedCount += (await this.deleteOne({ _id })).deletedCount;
    return { deletedCount };
  }

  async updateMany(filter: Filter, update: Update) {
    let modifiedCount = 0;
    for (const { _id } of this.matches(filter))
      modifiedCount += (await this.updateOne({ ...filter, _id }, update)).modifiedCount;
    return { modifiedCount };
  }

  async findOneAndUpdate(
    filter: Filter,
    update: Update,
    options: { upsert?: boolean; sort?: Record<string, 1 | -1> } = {},
  ): Promise<Doc | null> {
    return this.written('findOneAndUpdate', () => {
      const [doc] = sorted(this.matches(filter), options.sort);
      if (!doc) return options.upsert ? copy(this.upsert(filter, update)) : null;
      apply(doc, update, false);
      return copy(doc);
    });
  }

  private upsert(filter: Filter, update: Update): Doc {
    const fresh: Doc = { _id: filter['_id'] ?? new ObjectId() };
    apply(fresh, update, true);
    this.docs.set(String(fresh._id), fresh);
    return fresh;
  }

  async bulkWrite(writes: readonly Record<string, { filter: Filter } & Record<string, unknown>>[]) {
    for (const write of writes)
      for (const [kind, args] of Object.entries(write)) {
        if (kind === 'insertOne') await this.insertOne(args['document'] as Doc);
        else if (kind === 'updateOne') await this.updateOne(args.filter, args['update'] as Update);
        else if (kind === 'replaceOne')
          await this.replaceOne(args.filter, args['replacement'] as Doc, { upsert: args['upsert'] === true });
        else if (kind === 'deleteOne') await this.deleteOne(args.filter);
        else throw new Error(`not known here: ${kind}`);
      }
  }

  private matches(filter: Filter): Doc[] {
    const { _id, ...rest } = filter;
    if (typeof _id === 'string' || _id instanceof ObjectId) {
      const doc = this.docs.get(String(_id));
      return doc && new Query(rest as never).test(doc) ? [doc] : [];
    }
    const query = new Query(filter as never);
    return [...this.docs.values()].filter((doc) => query.test(doc));
  }

  private async written<T>(kind: string, effect: () => T): Promise<T> {
    const label = `${this.name}.${kind}`;
    await this.gate('before', label);
    const result = effect();
    await this.gate('after', label);
    return result;
  }
}

class MemoryCursor implements AsyncIterable<Doc> {
  private order: Record<string, 1 | -1> | undefined;
  private most = 0;
  constructor(private readonly read: () => Doc[]) {}
  sort(order: Record<string, 1 | -1>): this {
    this.order = order;
    return this;
  }
  limit(most: number): this {
    this.most = most;
    return this;
  }
  async toArray(): Promise<Doc[]> {
    await Promise.resolve();
    const docs = sorted(this.read(), this.order);
    return copy(this.most > 0 ? docs.slice(0, this.most) : docs);
  }
  async *[Symbol.asyncIterator](): AsyncGenerator<Doc> {
    yield* await this.toArray();
  }
}

function sorted(docs: Doc[], order: Record<string, 1 | -1> | undefined): Doc[] {
  const [field, direction] = Object.entries(order ?? {})[0] ?? [];
  if (!field || !direction) return docs;
  return [...docs].sort((a, b) => (below(a[field], b[field]) ? -direction : direction));
}

/** A deep copy that keeps dates and ids what they are. */
function copy<T>(value: T): T {
  if (value === null || typeof value !== 'object' || value instanceof ObjectId) return value;
  if (value instanceof Date) return new Date(value) as T;
  if (Array.isArray(value)) return value.map(copy) as T;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, copy(item)])) as T;
}

const below = (a: unknown, b: unknown): boolean => (a as number) < (b as number);

function apply(doc: Doc, update: Update, inserting: boolean): void {
  const set = { ...update.$set, ...(inserting ? update.$setOnInsert : {}) };
  const at = (path: string): readonly [holder: Record<string, unknown>, last: string] => {
    const names = path.split('.');
    const last = names.pop()!;
    let holder: Record<string, unknown> = doc;
    for (const name of names) holder = holder[name] as Record<string, unknown>;
    return [holder, last];
  };
  for (const [path, value] of Object.entries(set)) {
    const [holder, last] = at(path);
    holder[last] = copy(value);
  }
  for (const path of Object.keys(update.$unset ?? {})) {
    const [holder, last] = at(path);
    delete holder[last];
  }
  for (const [field, by] of Object.entries(update.$inc ?? {}))
    doc[field] = ((doc[field] as number) ?? 0) + by;
}
