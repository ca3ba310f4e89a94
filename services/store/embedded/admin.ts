import { z } from 'zod';
import { MAX_DOCUMENT_BYTES, MAX_MESSAGE_BYTES } from './bytes.js';
import { command, field, onCollection, parse, type Command } from './command.js';
import { listReply } from './cursors.js';
import { refused, StoreError } from './errors.js';
import { parseFilter } from './filter.js';
import type { Direction } from './keys.js';
import {
  findIndex,
  indexName,
  type CollectionMeta,
  type IndexMeta,
  type IndexSpec,
  type Storage,
} from './storage.js';
import type { Document } from './values.js';

/** The behaviour this server imitates; wire version 13 is MongoDB 5.0's. */
const VERSION = '5.0.0';
const WIRE_VERSION = 13;

const hello: Command = () => ({
  helloOk: true,
  ismaster: true,
  isWritablePrimary: true,
  maxBsonObjectSize: MAX_DOCUMENT_BYTES,
  maxMessageSizeBytes: MAX_MESSAGE_BYTES,
  maxWriteBatchSize: 100_000,
  localTime: new Date(),
  logicalSessionTimeoutMinutes: 30,
  minWireVersion: 0,
  maxWireVersion: WIRE_VERSION,
  readOnly: false,
  ok: 1,
});
const fixed =
  (reply: Document): Command =>
  () => ({ ...reply, ok: 1 });
const buildInfo = fixed({
  version: VERSION,
  versionArray: [5, 0, 0, 0],
  gitVersion: 'embedded',
  modules: [],
  bits: 64,
  debug: false,
  maxBsonObjectSize: MAX_DOCUMENT_BYTES,
});

const databaseOf = (ns: string): string => ns.slice(0, ns.indexOf('.'));
const nameOf = (ns: string): string => ns.slice(ns.indexOf('.') + 1);
const inDatabase = (storage: Storage, database: string): CollectionMeta[] =>
  storage.collections().filter(({ ns }) => databaseOf(ns) === database);
const total = (metas: readonly CollectionMeta[], of: (meta: CollectionMeta) => number): number =>
  metas.reduce((sum, meta) => sum + of(meta), 0);

function existing(storage: Storage, ns: string): CollectionMeta {
  const meta = storage.collection(ns);
  if (!meta) throw new StoreError('NamespaceNotFound', `ns does not exist: ${ns}`);
  return meta;
}

const indexShape = z.strictObject({
  key: field.object,
  name: z.string().default(''),
  unique: field.flag.default(false),
  v: field.ignored,
  background: field.ignored,
  ns: field.ignored,
});

function indexSpec(spec: Document): IndexSpec {
  const { key, name, unique } = parse(indexShape, spec, 'an index');
  const fields = Object.entries(key).map(([path, value]): [string, Direction] => {
    const direction = field.number.safeParse(value).data;
    if (direction !== 1 && direction !== -1) throw refused(`indexes of the kind ${String(value)}`);
    if (path.split('.').some((part) => part === '' || part.startsWith('$')))
      throw new StoreError('CannotCreateIndex', `'${path}' is no path to index`);
    return [path, direction];
  });
  if (fields.length === 0 || fields.length > 32)
    throw new StoreError('CannotCreateIndex', 'an index has 1 to 32 fields');
  return { name: name || indexName(fields), key: fields, unique };
}

const sameKey = (a: IndexSpec['key'], b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** @throws IndexOptionsConflict, IndexKeySpecsConflict */
function addIndex(storage: Storage, ns: string, spec: IndexSpec): void {
  const known = storage.collection(ns)!.indexes;
  const alike = known.find((index) => sameKey(index.key, spec.key));
  if (alike?.name === '_id_' || (alike?.name === spec.name && alike.unique === spec.unique)) return;
  if (alike)
    throw new StoreError('IndexOptionsConflict', `Index already exists with other options: ${alike.name}`);
  if (known.some(({ name }) => name === spec.name))
    throw new StoreError('IndexKeySpecsConflict', `An index of this name has another key: ${spec.name}`);
  storage.addIndex(ns, spec);
}

const createIndexes = onCollection(
  { indexes: z.array(field.object).min(1), commitQuorum: field.ignored },
  ({ storage }, { ns, indexes }) => {
    const specs = indexes.map(indexSpec);
    return storage.write(() => {
      const createdCollectionAutomatically = storage.collection(ns) === undefined;
      const numIndexesBefore = storage.ensureCollection(ns).indexes.length;
      for (const spec of specs) addIndex(storage, ns, spec);
      const numIndexesAfter = storage.collection(ns)!.indexes.length;
      return { numIndexesBefore, numIndexesAfter, createdCollectionAutomatically, ok: 1 };
    });
  },
);

const listIndexes = onCollection({ cursor: field.ignored }, ({ storage }, { ns }) => {
  const describe = ({ key, name, unique }: IndexMeta): Document => ({
    v: 2,
    key: Object.fromEntries(key),
    name,
    ...(unique && name !== '_id_' ? { unique } : {}),
  });
  return listReply(ns, existing(storage, ns).indexes.map(describe));
});

/** By name, by several names, by key, or all ('*') but `_id_`. */
const dropIndexes = onCollection(
  { index: z.union([field.index, z.array(z.string())]) },
  ({ storage }, { ns, index: wanted }) =>
    storage.write(() => {
      const meta = existing(storage, ns);
      const all = meta.indexes.filter(({ name }) => name !== '_id_');
      const dropped = wanted === '*' ? all : [wanted].flat().map((name) => findIndex(meta, name) ?? name);
      for (const index of dropped) {
        if (typeof index === 'string')
          throw new StoreError('IndexNotFound', `index not found with name [${index}]`);
        if (index.name === '_id_') throw new StoreError('InvalidOptions', 'cannot drop _id index');
        storage.dropIndex(ns, index.id);
      }
      return { nIndexesWas: meta.indexes.length, ok: 1 };
    }),
);

const LISTING = { filter: field.filter, nameOnly: field.flag.default(false) };

const listCollections = command(
  { ...LISTING, authorizedCollections: field.ignored, cursor: field.ignored },
  ({ storage }, { $db, filter, nameOnly }) => {
    const more = nameOnly ? {} : { options: {}, info: { readOnly: false } };
    const all = inDatabase(storage, $db).map(({ ns }) => ({ name: nameOf(ns), type: 'collection', ...more }));
    return listReply(`${$db}.$cmd.listCollections`, all.filter(parseFilter(filter).matches));
  },
);

const listDatabases = command(
  { ...LISTING, authorizedDatabases: field.ignored },
  ({ storage }, { filter, nameOnly }) => {
    const names = [...new Set(storage.collections().map(({ ns }) => databaseOf(ns)))].sort();
    const databases = names.map((name) => {
      const sizeOnDisk = total(inDatabase(storage, name), ({ bytes }) => bytes);
      return { name, ...(nameOnly ? {} : { sizeOnDisk, empty: false }) };
    });
    return { databases: databases.filter(parseFilter(filter).matches), ok: 1 };
  },
);

const create = onCollection({}, ({ storage }, { ns }) =>
  storage.write(() => {
    if (storage.collection(ns)) throw new StoreError('NamespaceExists', `Collection ${ns} already exists.`);
    storage.ensureCollection(ns);
    return { ok: 1 };
  }),
);

const drop = onCollection({}, ({ storage }, { ns }) =>
  storage.write(() => {
    const nIndexesWas = existing(storage, ns).indexes.length;
    storage.dropCollection(ns);
    return { nIndexesWas, ns, ok: 1 };
  }),
);

const dropDatabase = command({}, ({ storage }, { $db }) =>
  storage.write(() => {
    for (const { ns } of inDatabase(storage, $db)) storage.dropCollection(ns);
    return { dropped: $db, ok: 1 };
  }),
);

const SCALE = { scale: field.whole.optional() };

const dbStats = command({ ...SCALE, freeStorage: field.ignored }, ({ storage }, { $db }) => {
  const metas = inDatabase(storage, $db);
  const { fileBytes, freeBytes } = storage.size();
  return {
    db: $db,
    collections: metas.length,
    views: 0,
    objects: total(metas, ({ count }) => count),
    dataSize: total(metas, ({ bytes }) => bytes),
    indexes: total(metas, ({ indexes }) => indexes.length),
    storageSize: fileBytes,
    freeStorageSize: freeBytes,
    ok: 1,
  };
});

const collStats = onCollection(SCALE, ({ storage }, { ns }) => {
  const { count = 0, bytes: size = 0, indexes = [] } = storage.collection(ns) ?? {};
  const avgObjSize = count > 0 ? size / count : 0;
  return { ns, count, size, avgObjSize, storageSize: size, nindexes: indexes.length, capped: false, ok: 1 };
});

/** Reads everything at once, inside a write, so that nothing moves under it. */
const validate = onCollection({ full: field.ignored }, ({ storage }, { ns }) =>
  storage.write(() => {
    const meta = existing(storage, ns);
    const errors = storage.validate(meta);
    const counts = { nrecords: meta.count, nIndexes: meta.indexes.length };
    return { ns, valid: errors.length === 0, ...counts, errors: errors.slice(0, 100), ok: 1 };
  }),
);

export const ADMIN: Readonly<Record<string, Command>> = {
  hello,
  isMaster: hello,
  ismaster: hello,
  ping: fixed({}),
  endSessions: fixed({}),
  buildInfo,
  buildinfo: buildInfo,
  hostInfo: fixed({ system: {}, os: { type: process.platform }, extra: {} }),
  getParameter: fixed({ featureCompatibilityVersion: { version: '5.0' } }),
  connectionStatus: fixed({ authInfo: { authenticatedUsers: [], authenticatedUserRoles: [] } }),
  listDatabases,
  listCollections,
  listIndexes,
  createIndexes,
  dropIndexes,
  create,
  drop,
  dropDatabase,
  dbStats,
  dbstats: dbStats,
  collStats,
  validate,
};
