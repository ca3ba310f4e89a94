// Preloaded into the service (node --import): looks at every shape of command that the product, or a library in it, sends to its database.
// Into the file named by REWIND_TEST_DATABASE_LOG it writes one JSON line a shape: {what, shape}, where `what` is
//   'seen'    the shape keeps to what MongoDB 5, FerretDB, Amazon DocumentDB and Azure Cosmos DB (vCore) all have, and an index serves it;
//   'beyond'  it uses a command, an operator or an option that is not on the lists below;
//   'scan'    the database says that it would read a whole collection.
// A test asserts that there is no line but of the first kind.
import { appendFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { isMainThread } from 'node:worker_threads';

const file = process.env.REWIND_TEST_DATABASE_LOG;

const words = (text) => new Set(text.split(' '));
/** Sent by the driver itself, as the server's greeting tells it to. */
const DRIVERS_OWN = words('hello ismaster endSessions explain');
const COMMANDS = words(
  'ping listCollections listIndexes createIndexes insert update delete find getMore killCursors findAndModify distinct aggregate count drop',
);
/** Beside the command's own name; `lsid`, `$db` and the like are the driver's. */
const OPTIONS = words(
  'filter sort projection limit skip batchSize singleBatch documents updates deletes ordered query update fields new upsert remove key ' +
    'indexes pipeline cursor collection cursors nameOnly authorizedCollections maxTimeMS readConcern writeConcern bypassDocumentValidation ' +
    'lsid txnNumber $db $clusterTime $readPreference',
);
const FILTERS = words('$eq $ne $gt $gte $lt $lte $in $nin $exists $regex $or $and');
const UPDATES = words('$set $setOnInsert $unset $inc $min $max $push $addToSet $pull $each');
const STAGES = words('$match $sort $skip $limit $group $project $count $sum $min $max $first $last');
const INDEX_OPTIONS = words('name key unique');

if (isMainThread && file) watch();

function watch() {
  const { Connection } = createRequire(import.meta.url)('mongodb/lib/cmap/connection.js');
  const command = Connection.prototype.command;
  const known = new Set();
  Connection.prototype.command = async function (ns, document, ...rest) {
    const fresh = queriesOf(document).filter((query) => isFresh(query.shape));
    for (const { shape } of fresh)
      if (beyondOf(shape).length > 0)
        note('beyond', `${beyondOf(shape).join(' ')} in ${JSON.stringify(shape)}`);
    const answer = await command.call(this, ns, document, ...rest);
    for (const { shape, explained } of fresh) {
      if (beyondOf(shape).length > 0) continue;
      const text = JSON.stringify(shape);
      const served = explained ? await isServed(this, ns, explained) : true;
      if (served === null) known.delete(text);
      else note(served ? 'seen' : 'scan', text);
    }
    return answer;
  };

  /** Told once. What fails may come again, and is looked at before it is sent. */
  function isFresh(shape) {
    const text = JSON.stringify(shape);
    if (DRIVERS_OWN.has(shape.command) || known.has(text)) return false;
    known.add(text);
    return true;
  }

  const note = (what, shape) => appendFileSync(file, `${JSON.stringify({ what, shape })}\n`);

  /** @returns whether the database says so; null = the line was cut meanwhile */
  async function isServed(connection, ns, explained) {
    try {
      const plan = await command.call(connection, ns, { explain: explained, verbosity: 'queryPlanner' }, {});
      return !JSON.stringify(plan).includes('COLLSCAN');
    } catch (error) {
      return error.name === 'MongoServerError' ? false : null;
    }
  }
}

/** What a command asks, statement by statement, each without its values; and how the database can be asked to explain it. */
function queriesOf(document) {
  const [name] = Object.keys(document);
  const collection = typeof document[name] === 'string' ? document[name] : '';
  const head = { command: name, collection, options: Object.keys(document).slice(1) };
  const find = (filter = {}, sort) => ({ find: collection, filter, ...(sort ? { sort } : {}) });
  const statements = (list, one) => listOf(document[list]).map(one);
  switch (name) {
    case 'find':
      return [
        {
          shape: { ...head, filter: without(document.filter), sort: document.sort },
          explained: find(document.filter, document.sort),
        },
      ];
    case 'findAndModify':
      return [
        {
          shape: {
            ...head,
            filter: without(document.query),
            sort: document.sort,
            update: changeOf(document.update),
          },
          explained: find(document.query, document.sort),
        },
      ];
    case 'update':
      return statements('updates', ({ q, u, ...options }) => ({
        shape: { ...head, statement: Object.keys(options), filter: without(q), update: changeOf(u) },
        explained: find(q),
      }));
    case 'delete':
      return statements('deletes', ({ q }) => ({
        shape: { ...head, filter: without(q) },
        explained: find(q),
      }));
    case 'distinct':
    case 'count':
      return [{ shape: { ...head, filter: without(document.query) }, explained: find(document.query) }];
    case 'aggregate':
      return [
        { shape: { ...head, pipeline: without(document.pipeline) }, explained: { ...document, cursor: {} } },
      ];
    case 'createIndexes':
      return [{ shape: { ...head, indexes: document.indexes.map((index) => Object.keys(index)) } }];
    default:
      return [{ shape: head }];
  }
}

/** A list in a command, or the driver's sequence of it. */
const listOf = (value) => (Array.isArray(value) ? value : (value?.documents ?? []));

/** Names stay, values go: of a list its first kind is enough. */
function without(value) {
  if (Array.isArray(value))
    return [...new Set(value.map((one) => JSON.stringify(without(one))))]
      .slice(0, 4)
      .map((one) => JSON.parse(one));
  if (value === null || typeof value !== 'object') return typeof value;
  const isPlain = Object.getPrototypeOf(value) === Object.prototype || Object.getPrototypeOf(value) === null;
  if (!isPlain) return value.constructor.name;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, without(inner)]));
}

/** Of an update its operators and their fields, and what operators their values have. */
function changeOf(update) {
  if (Array.isArray(update)) return update.map(() => 'stage');
  if (!Object.keys(update ?? {})[0]?.startsWith('$')) return 'document';
  const fields = (change) =>
    Object.entries(change).map(([field, value]) => [field, ...new Set(operatorsIn(value))].join(' '));
  return Object.fromEntries(
    Object.entries(update).map(([operator, change]) => [operator, fields(change).sort()]),
  );
}

/** What of a shape not all of the databases have. */
function beyondOf({ command, options, statement = [], filter, update, pipeline, indexes = [] }) {
  return [
    ...(COMMANDS.has(command) ? [] : [command]),
    ...options.filter((name) => !OPTIONS.has(name)),
    ...statement.filter((name) => !['multi', 'upsert'].includes(name)),
    ...operatorsIn(filter).filter((name) => !FILTERS.has(name)),
    ...(Array.isArray(update)
      ? ['a pipeline as an update']
      : updatesIn(update).filter((name) => !UPDATES.has(name))),
    ...operatorsIn(pipeline).filter((name) => !STAGES.has(name) && !FILTERS.has(name)),
    ...indexes.flat().filter((name) => !INDEX_OPTIONS.has(name)),
  ];
}

const updatesIn = (update = {}) =>
  typeof update === 'string'
    ? []
    : Object.entries(update).flatMap(([name, fields]) => [
        name,
        ...fields.flatMap((field) =>
          field.split(' ').filter((word) => word.startsWith('$') && /^\$[a-z]/i.test(word)),
        ),
      ]);

function operatorsIn(value) {
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([name, inner]) => [
    ...(name.startsWith('$') ? [name] : []),
    ...operatorsIn(inner),
  ]);
}
