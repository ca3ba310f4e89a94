import { z } from 'zod';
import { command, field, onCollection, parse, type Command, type Commands } from './command.js';
import { listReply } from './cursors.js';
import { refused, StoreError } from './errors.js';
import { parseFilter } from './filter.js';
import type { Direction } from './keys.js';
import { findIndex, indexName, type CollectionMeta, type IndexSpec, type Storage } from './storage.js';
import { MAX_DOCUMENT_BYTES, MAX_MESSAGE_BYTES, type Document } from './values.js';

const fixed =
  (reply: Document): Command =>
  () => ({ ...reply, ok: 1 });

/** The behaviour this server imitates: MongoDB 5.0's, which is wire version 13. */
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
  maxWireVersion: 13,
  readOnly: false,
  ok: 1,
});
const buildInfo = fixed({
  version: '5.0.0',
  versionArray: [5, 0, 0, 0],
  gitVersion: 'embedded',
  modules: [],
});

const databaseOf = (ns: string): string => ns.slice(0, ns.indexOf('.'));
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
  unique: field.flag,
  v: field.ignored,
  background: field.ignored,
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

/** @throws IndexOptionsConflict, IndexKeySpecsConflict */
function addIndex(storage: Storage, ns: string, spec: IndexSpec): void {
  const known = storage.ensureCollection(ns).indexes;
  const alike = known.find(({ key }) => JSON.stringify(key) === JSON.stringify(spec.key));
  if (alike?.name === '_id_' || (alike?.name === spec.name && alike.unique === spec.unique)) return;
  if (alike)
    throw new StoreError('IndexOptionsConflict', `Index already exists with other options: ${alike.name}`);
  if (known.some(({ name }) => name === spec.name))
    throw new StoreError('IndexKeySpecsConflict', `An index of this name has another key: ${spec.name}`);
  storage.addIndex(ns, spec);
}

const LISTING = { filter: field.filter, nameOnly: field.flag, cursor: field.ignored };
const SCALE = { scale: field.whole.optional() };

export const ADMIN: Commands = {
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
  listDatabases: command(LISTING, ({ storage }, { filter, nameOnly }) => {
    const names = [...new Set(storage.collections().map(({ ns }) => databaseOf(ns)))].sort();
    const databases = names.map((name) => {
      const sizeOnDisk = total(inDatabase(storage, name), ({ bytes }) => bytes);
      return { name, ...(nameOnly ? {} : { sizeOnDisk, empty: false }) };
    });
    return { databases: databases.filter(parseFilter(filter).matches), ok: 1 };
  }),
  listCollections: command(
    { ...LISTING, authorizedCollections: field.ignored },
    ({ storage }, { $db, filter, nameOnly }) => {
      const all = inDatabase(storage, $db).map(({ ns }) => {
        const more = nameOnly ? {} : { options: {}, info: { readOnly: false } };
        return { name: ns.slice($db.length + 1), type: 'collection', ...more };
      });
      return listReply(`${$db}.$cmd.listCollections`, all.filter(parseFilter(filter).matches));
    },
  ),
  listIndexes: onCollection({ cursor: field.ignored }, ({ storage }, { ns }) => {
    const indexes = existing(storage, ns).indexes.map(({ key, name, unique }) => {
      const more = unique && name !== '_id_' ? { unique } : {};
      return { v: 2, key: Object.fromEntries(key), name, ...more };
    });
    return listReply(ns, indexes);
  }),
  createIndexes: onCollection(
    { indexes: z.array(field.object).min(1), commitQuorum: field.ignored },
    ({ storage }, { ns, indexes }) => {
      const specs = indexes.map(indexSpec);
      return storage.write(() => {
        const createdCollectionAutomatically = storage.collection(ns) === undefined;
        const numIndexesBefore = storage.ensureCollection(ns).indexes.length;
        for (const spec of specs) addIndex(storage, ns, spec);
        const numIndexesAfter = existing(storage, ns).indexes.length;
        return { numIndexesBefore, numIndexesAfter, createdCollectionAutomatically, ok: 1 };
      });
    },
  ),
  /** By name, by key, or all ('*') but `_id_`. */
  dropIndexes: onCollection({ index: field.index }, ({ storage }, { ns, index: wanted }) =>
    storage.write(() => {
      const meta = existing(storage, ns);
      const one = findIndex(meta, wanted);
      if (!one && wanted !== '*')
        throw new StoreError('IndexNotFound', `index not found with name [${wanted}]`);
      if (one?.name === '_id_') throw new StoreError('InvalidOptions', 'cannot drop _id index');
      for (const { id } of one ? [one] : meta.indexes.slice(1)) storage.dropIndex(ns, id);
      return { nIndexesWas: meta.indexes.length, ok: 1 };
    }),
  ),
  create: onCollection({}, ({ storage }, { ns }) =>
    storage.write(() => {
      if (storage.collection(ns)) throw new StoreError('NamespaceExists', `Collection ${ns} already exists.`);
      storage.ensureCollection(ns);
      return { ok: 1 };
    }),
  ),
  drop: onCollection({}, ({ storage }, { ns }) =>
    storage.write(() => {
      const nIndexesWas = existing(storage, ns).indexes.length;
      storage.dropCollection(ns);
      return { nIndexesWas, ns, ok: 1 };
    }),
  ),
  dropDatabase: command({}, ({ storage }, { $db }) =>
    storage.write(() => {
      for (const { ns } of inDatabase(storage, $db)) storage.dropCollection(ns);
      return { dropped: $db, ok: 1 };
    }),
  ),
  dbStats: command({ ...SCALE, freeStorage: field.ignored }, ({ storage }, { $db: db }) => {
    const metas = inDatabase(storage, db);
    const objects = total(metas, ({ count }) => count);
    const dataSize = total(metas, ({ bytes }) => bytes);
    const indexes = total(metas, (meta) => meta.indexes.length);
    return {
      db,
      collections: metas.length,
      views: 0,
      objects,
      dataSize,
      indexes,
      storageSize: dataSize,
      ok: 1,
    };
  }),
  collStats: onCollection(SCALE, ({ storage }, { ns }) => {
    const { count = 0, bytes: size = 0, indexes = [] } = storage.collection(ns) ?? {};
    const avgObjSize = count > 0 ? size / count : 0;
    return { ns, count, size, avgObjSize, storageSize: size, nindexes: indexes.length, capped: false, ok: 1 };
  }),
  /** Reads everything at once, inside a write, so that nothing moves under it. */
  validate: onCollection({ full: field.ignored }, ({ storage }, { ns }) =>
    storage.write(() => {
      const meta = existing(storage, ns);
      const errors = storage.validate(meta).slice(0, 100);
      const counts = { nrecords: meta.count, nIndexes: meta.indexes.length };
      return { ns, valid: errors.length === 0, ...counts, errors, ok: 1 };
    }),
  ),
};
