import type { Db, Document } from 'mongodb';

export interface RecordedQuery {
  readonly collection: string;
  readonly filter: Document;
  readonly sort?: Document;
  /** 1 for `findOne`; 0 = all. A cursor's own methods are not seen. */
  readonly limit: number;
}

const READS = ['find', 'findOne', 'updateOne', 'updateMany', 'deleteMany', 'findOneAndUpdate'];

/** A handle that notes the filter (and sort) of every query that goes through it. */
export function recordedDb(db: Db): { readonly db: Db; readonly queries: RecordedQuery[] } {
  const queries: RecordedQuery[] = [];
  const handle = new Proxy(db, {
    get(target, name) {
      if (name !== 'collection') return Reflect.get(target, name) as unknown;
      return (collection: string) =>
        new Proxy(target.collection(collection), {
          get(inner, method) {
            const member = Reflect.get(inner, method) as unknown;
            if (typeof member !== 'function') return member;
            return (...args: unknown[]) => {
              if (READS.includes(String(method))) {
                const sort = (args[1] as { sort?: Document } | undefined)?.sort;
                const limit = method === 'findOne' ? 1 : 0;
                queries.push({ collection, filter: args[0] as Document, ...(sort ? { sort } : {}), limit });
              }
              return (member as (...args: unknown[]) => unknown).apply(inner, args);
            };
          },
        });
    },
  });
  return { db: handle, queries };
}

/**
 * The queries that would read a whole collection, as the database itself explains them. A collection that nobody has written to, or made
 * indexes for, is made here: of one that is not there every query is answered for nothing.
 */
export async function scansAmong(db: Db, queries: readonly RecordedQuery[]): Promise<RecordedQuery[]> {
  const scans: RecordedQuery[] = [];
  const there = new Set((await db.listCollections({}, { nameOnly: true }).toArray()).map(({ name }) => name));
  for (const name of new Set(queries.map(({ collection }) => collection)))
    if (!there.has(name)) await db.createCollection(name);
  for (const query of queries) {
    const { collection, filter, sort } = query;
    const plan = await db
      .collection(collection)
      .find(filter, sort ? { sort } : {})
      .explain('queryPlanner');
    if (JSON.stringify(plan).includes('COLLSCAN')) scans.push(query);
  }
  return scans;
}
