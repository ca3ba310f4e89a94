import { z } from 'zod';
import {
  commandShape,
  flag,
  indexName,
  namespace,
  number,
  object,
  objects,
  whole,
  type Command,
} from './command.js';
import { MAX_DOCUMENT_BYTES, MAX_MESSAGE_BYTES } from './bytes.js';
import { listReply } from './cursors.js';
import { refused, StoreError } from './errors.js';
import type { Direction } from './keys.js';
import { compileFilter } from './matcher.js';
import type { CollectionMeta, IndexMeta, Storage } from './storage.js';
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
const fine: Command = () => ({ ok: 1 });

const databaseOf = (ns: string): string => ns.slice(0, ns.indexOf('.'));
const nameOf = (ns: string): string => ns.slice(ns.indexOf('.') + 1);
const inDatabase = (storage: Storage, database: string): CollectionMeta[] =>
  storage.collections().filter(({ ns }) => databaseOf(ns) === database);

const createIndexes = commandShape({
  createIndexes: z.string(),
  indexes: objects.min(1),
  commitQuorum: z.unknown().optional(),
});
const INDEX_OPTIONS = new Set(['key', 'name', 'unique', 'v', 'background', 'ns']);

function indexSpec(spec: Document): Pick<IndexMeta, 'name' | 'key' | 'unique'> {
  const unknown = Object.keys(spec).filter((name) => !INDEX_OPTIONS.has(name));
  if (unknown.length > 0) throw refused(`the index option ${unknown.join(', ')}`);
  const key = object.parse(spec['key']);
  const fields = Object.entries(key).map(([path, value]): [string, Direction] => {
    const direction = number.safeParse(value);
    if (!direction.success || Math.abs(direction.data) !== 1)
      throw refused(`indexes of the kind ${String(value)}`);
    if (path === '' || path.split('.').some((part) => part === '' || part.startsWith('$')))
      throw new StoreError('CannotCreateIndex', `'${path}' is no path to index`);
    return [path, direction.data as Direction];
  });
  if (fields.length === 0 || fields.length > 32)
    throw new StoreError('CannotCreateIndex', 'an index has 1 to 32 fields');
  const name = typeof spec['name'] === 'string' && spec['name'] !== '' ? spec['name'] : indexName(key);
  return { name, key: fields, unique: spec['unique'] === true || spec['unique'] === 1 };
}

const createIndexesCommand: Command = ({ storage }, { body }) => {
  const options = createIndexes(body);
  const ns = namespace(options.$db, options.createIndexes);
  const specs = options.indexes.map(indexSpec);
  return storage.write(() => {
    const isNew = storage.collection(ns) === undefined;
    const before = storage.ensureCollection(ns).indexes.length;
    for (const spec of specs) {
      const known = storage.collection(ns)!.indexes;
      const sameKey = known.find((index) => JSON.stringify(index.key) === JSON.stringify(spec.key));
      const sameName = known.find((index) => index.name === spec.name);
      if (sameKey?.name === '_id_' || (sameKey && sameKey === sameName && sameKey.unique === spec.unique))
        continue;
      if (sameKey)
        throw new StoreError(
          'IndexOptionsConflict',
          `Index already exists with a different name or options: ${sameKey.name}`,
        );
      if (sameName)
        throw new StoreError(
          'IndexKeySpecsConflict',
          `An existing index has the same name as the requested index: ${spec.name}`,
        );
      storage.addIndex(ns, spec);
    }
    return {
      numIndexesBefore: before,
      numIndexesAfter: storage.collection(ns)!.indexes.length,
      createdCollectionAutomatically: isNew,
      ok: 1,
    };
  });
};

const existing = (storage: Storage, ns: string): CollectionMeta => {
  const meta = storage.collection(ns);
  if (!meta) throw new StoreError('NamespaceNotFound', `ns does not exist: ${ns}`);
  return meta;
};

const listIndexes = commandShape({ listIndexes: z.string(), cursor: z.unknown().optional() });
const listIndexesCommand: Command = ({ storage }, { body }) => {
  const options = listIndexes(body);
  const ns = namespace(options.$db, options.listIndexes);
  const describe = ({ key, name, unique }: IndexMeta): Document => ({
    v: 2,
    key: Object.fromEntries(key),
    name,
    ...(unique && name !== '_id_' ? { unique } : {}),
  });
  return listReply(ns, existing(storage, ns).indexes.map(describe));
};

const dropIndexes = commandShape({
  dropIndexes: z.string(),
  index: z.union([z.string(), z.array(z.string()), object]),
});
const dropIndexesCommand: Command = ({ storage }, { body }) => {
  const options = dropIndexes(body);
  const ns = namespace(options.$db, options.dropIndexes);
  return storage.write(() => {
    const { indexes } = existing(storage, ns);
    const wanted =
      typeof options.index === 'object' && !Array.isArray(options.index)
        ? Object.entries(options.index)
        : options.index;
    const dropped =
      wanted === '*'
        ? indexes.slice(1)
        : [wanted].flat().map((one) => {
            const found = indexes.find(
              ({ name, key }) => name === one || JSON.stringify(key) === JSON.stringify(wanted),
            );
            if (!found) throw new StoreError('IndexNotFound', `index not found with name [${String(one)}]`);
            if (found.name === '_id_') throw new StoreError('InvalidOptions', 'cannot drop _id index');
            return found;
          });
    for (const { id } of dropped) storage.dropIndex(ns, id);
    return { nIndexesWas: indexes.length, ok: 1 };
  });
};

const listCollections = commandShape({
  listCollections: z.unknown(),
  filter: object.default({}),
  nameOnly: flag.optional(),
  authorizedCollections: flag.optional(),
  cursor: z.unknown().optional(),
});
const listCollectionsCommand: Command = ({ storage }, { body }) => {
  const options = listCollections(body);
  const fits = compileFilter(options.filter);
  const all = inDatabase(storage, options.$db).map(({ ns }) => ({
    name: nameOf(ns),
    type: 'collection',
    ...(options.nameOnly ? {} : { options: {}, info: { readOnly: false } }),
  }));
  return listReply(`${options.$db}.$cmd.listCollections`, all.filter(fits));
};

const create = commandShape({ create: z.string() });
const createCommand: Command = ({ storage }, { body }) => {
  const options = create(body);
  const ns = namespace(options.$db, options.create);
  return storage.write(() => {
    if (storage.collection(ns)) throw new StoreError('NamespaceExists', `Collection ${ns} already exists.`);
    storage.ensureCollection(ns);
    return { ok: 1 };
  });
};

const drop = commandShape({ drop: z.string() });
const dropCommand: Command = ({ storage }, { body }) => {
  const options = drop(body);
  const ns = namespace(options.$db, options.drop);
  return storage.write(() => {
    const nIndexesWas = existing(storage, ns).indexes.length;
    storage.dropCollection(ns);
    return { nIndexesWas, ns, ok: 1 };
  });
};

const dropDatabase = commandShape({ dropDatabase: z.unknown() });
const dropDatabaseCommand: Command = ({ storage }, { body }) => {
  const database = dropDatabase(body).$db;
  return storage.write(() => {
    for (const { ns } of inDatabase(storage, database)) storage.dropCollection(ns);
    return { dropped: database, ok: 1 };
  });
};

const listDatabases = commandShape({
  listDatabases: z.unknown(),
  filter: object.default({}),
  nameOnly: flag.optional(),
  authorizedDatabases: flag.optional(),
});
const listDatabasesCommand: Command = ({ storage }, { body }) => {
  const options = listDatabases(body);
  const fits = compileFilter(options.filter);
  const names = [...new Set(storage.collections().map(({ ns }) => databaseOf(ns)))].sort();
  const databases = names
    .map((name) => ({
      name,
      ...(options.nameOnly ? {} : { sizeOnDisk: totals(inDatabase(storage, name)).dataSize, empty: false }),
    }))
    .filter(fits);
  return { databases, ok: 1 };
};

const totals = (
  metas: readonly CollectionMeta[],
): { objects: number; dataSize: number; indexes: number } => ({
  objects: metas.reduce((sum, { count }) => sum + count, 0),
  dataSize: metas.reduce((sum, { bytes }) => sum + bytes, 0),
  indexes: metas.reduce((sum, { indexes }) => sum + indexes.length, 0),
});

const dbStats = commandShape({
  dbStats: z.unknown(),
  scale: whole.optional(),
  freeStorage: z.unknown().optional(),
});
const dbStatsCommand: Command = ({ storage }, { body }) => {
  const options = dbStats(body);
  const metas = inDatabase(storage, options.$db);
  const { fileBytes, freeBytes } = storage.size();
  return {
    db: options.$db,
    collections: metas.length,
    views: 0,
    ...totals(metas),
    storageSize: fileBytes,
    freeStorageSize: freeBytes,
    ok: 1,
  };
};

const collStats = commandShape({ collStats: z.string(), scale: whole.optional() });
const collStatsCommand: Command = ({ storage }, { body }) => {
  const options = collStats(body);
  const ns = namespace(options.$db, options.collStats);
  const meta = storage.collection(ns);
  const count = meta?.count ?? 0;
  const size = meta?.bytes ?? 0;
  return {
    ns,
    count,
    size,
    avgObjSize: count > 0 ? size / count : 0,
    storageSize: size,
    nindexes: meta?.indexes.length ?? 0,
    capped: false,
    ok: 1,
  };
};

const validate = commandShape({ validate: z.string(), full: flag.optional() });
/** Reads everything at once, inside a write, so that nothing moves under it. */
const validateCommand: Command = ({ storage }, { body }) => {
  const options = validate(body);
  const ns = namespace(options.$db, options.validate);
  return storage.write(() => {
    const meta = existing(storage, ns);
    const errors = storage.validate(meta);
    return {
      ns,
      valid: errors.length === 0,
      nrecords: meta.count,
      nIndexes: meta.indexes.length,
      errors: errors.slice(0, 100),
      ok: 1,
    };
  });
};

const buildInfo: Command = () => ({
  version: VERSION,
  versionArray: [5, 0, 0, 0],
  gitVersion: 'embedded',
  modules: [],
  bits: 64,
  debug: false,
  maxBsonObjectSize: MAX_DOCUMENT_BYTES,
  ok: 1,
});

export const ADMIN: Readonly<Record<string, Command>> = {
  hello,
  isMaster: hello,
  ismaster: hello,
  ping: fine,
  endSessions: fine,
  buildInfo,
  buildinfo: buildInfo,
  hostInfo: () => ({ system: {}, os: { type: process.platform }, extra: {}, ok: 1 }),
  getParameter: () => ({ featureCompatibilityVersion: { version: '5.0' }, ok: 1 }),
  connectionStatus: () => ({ authInfo: { authenticatedUsers: [], authenticatedUserRoles: [] }, ok: 1 }),
  listDatabases: listDatabasesCommand,
  listCollections: listCollectionsCommand,
  listIndexes: listIndexesCommand,
  createIndexes: createIndexesCommand,
  dropIndexes: dropIndexesCommand,
  create: createCommand,
  drop: dropCommand,
  dropDatabase: dropDatabaseCommand,
  dbStats: dbStatsCommand,
  dbstats: dbStatsCommand,
  collStats: collStatsCommand,
  validate: validateCommand,
};
