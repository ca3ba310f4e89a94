import { describe, expect, test } from '@jest/globals';
import { BSON, Double, Int32, Long, ObjectId, type Collection, type UpdateFilter } from 'mongodb';
import { embedded } from './served.js';

interface Item {
  _id: number | string | ObjectId;
  [field: string]: unknown;
}
const room = embedded();
let count = 0;
const fresh = (): Collection<Item> => room.db().collection<Item>(`c${++count}`);
const numbered = async (amount: number): Promise<Collection<Item>> => {
  const items = fresh();
  await items.insertMany(
    Array.from({ length: amount }, (_, i): Item => ({ _id: i, even: i % 2 === 0, half: i >> 1 })),
  );
  return items;
};
const refusal = (code: number) => expect.objectContaining({ code });

describe('reading through the official driver', () => {
  test('documents come back byte for byte: types, order of fields, dates, binary, large integers', async () => {
    const items = fresh();
    const document = {
      _id: new ObjectId(),
      z: new Int32(1),
      a: new Double(2),
      big: Long.fromString('9007199254740993'),
      when: new Date(0),
      bytes: new BSON.Binary(Buffer.from([0, 1, 255])),
      pattern: /^a/i,
      text: 'ä\u{1F600}\0',
      nothing: null,
      deep: { list: [1, [2], { three: 3 }] },
    };
    await items.insertOne(document);
    const found = await items.findOne({ big: document.big }, { raw: true });
    expect(Buffer.from(found as unknown as Buffer).equals(Buffer.from(BSON.serialize(document)))).toBe(true);
    expect(await items.countDocuments({ big: Long.fromString('9007199254740992') })).toBe(0);
  });

  test('a large answer comes in batches; a batch ends below 16 MB', async () => {
    const items = await numbered(1_000);
    expect(await items.find({}, { batchSize: 7 }).toArray()).toHaveLength(1_000);
    const heavy = fresh();
    for (let i = 0; i < 5; i++) await heavy.insertOne({ _id: i, body: 'x'.repeat(5_000_000) });
    expect(await heavy.find().toArray()).toHaveLength(5);
  });

  test('a cursor goes on over documents that are written meanwhile, and is gone once it is closed', async () => {
    const items = await numbered(300);
    const cursor = items.find({}, { batchSize: 10 });
    await cursor.next();
    await items.deleteMany({ _id: { $gte: 250 } });
    expect((await cursor.toArray()).length).toBe(249);
    await expect(
      room.db().command({ getMore: Long.fromNumber(77), collection: items.collectionName }),
    ).rejects.toEqual(refusal(43));
  });

  test('sort, skip, limit and projection', async () => {
    const items = await numbered(20);
    const query = items.find({ even: true }, { projection: { half: 1, _id: 0 } }).sort({ half: -1, _id: 1 });
    expect(await query.skip(1).limit(2).toArray()).toEqual([{ half: 8 }, { half: 7 }]);
    expect(await items.findOne({ _id: 3 }, { projection: { half: 0 } })).toEqual({ _id: 3, even: false });
  });

  test('count, distinct, aggregate', async () => {
    const items = await numbered(10);
    expect(await items.countDocuments({ even: true, _id: { $gte: 4 } })).toBe(3);
    expect(await items.estimatedDocumentCount()).toBe(10);
    expect(await items.distinct('half', { even: true })).toEqual([0, 1, 2, 3, 4]);
    const groups = await items
      .aggregate([
        { $match: { _id: { $lt: 8 } } },
        {
          $group: {
            _id: '$even',
            n: { $sum: 1 },
            most: { $max: '$_id' },
            least: { $min: '$_id' },
            first: { $first: '$half' },
          },
        },
        { $sort: { _id: 1 } },
        { $project: { n: 1, most: 1, span: { $subtract: ['$most', '$least'] }, first: 1 } },
      ])
      .toArray();
    expect(groups).toEqual([
      { _id: false, n: 4, most: 7, span: 6, first: 0 },
      { _id: true, n: 4, most: 6, span: 6, first: 0 },
    ]);
    expect(await items.aggregate([{ $skip: 2 }, { $limit: 3 }, { $count: 'n' }]).toArray()).toEqual([
      { n: 3 },
    ]);
  });

  test.each<[string, BSON.Document, unknown[]]>([
    ['null matches missing', { a: null }, [1, 4]],
    ['$ne null', { a: { $ne: null } }, [2, 3, 5]],
    ['an element of an array', { a: 2 }, [3]],
    ['a whole array', { a: [1, 2] }, [3]],
    ['a range within one type', { a: { $gt: 0 } }, [2, 3]],
    ['$gte null is null only', { a: { $gte: null } }, [1, 4]],
    ['$in with null and a pattern', { a: { $in: [null, /^x/] } }, [1, 4, 5]],
    ['$not', { a: { $not: { $gt: 1 } } }, [1, 2, 4, 5]],
    ['$exists', { a: { $exists: true } }, [2, 3, 4, 5]],
    ['$or and $and', { $or: [{ a: 1, _id: 2 }, { $and: [{ a: 'xy' }, { _id: 5 }] }] }, [2, 5]],
    ['$nor', { $nor: [{ a: null }, { a: 'xy' }] }, [2, 3]],
    ['$size', { a: { $size: 2 } }, [3]],
    ['$elemMatch', { a: { $elemMatch: { $gt: 1, $lt: 3 } } }, [3]],
    ['a pattern without case', { a: { $regex: '^XY', $options: 'i' } }, [5]],
  ])('filter: %s', async (_, filter, ids) => {
    const items = fresh();
    await items.insertMany([
      { _id: 1 },
      { _id: 2, a: 1 },
      { _id: 3, a: [1, 2] },
      { _id: 4, a: null },
      { _id: 5, a: 'xy' },
    ]);
    const sorted = () => items.find(filter).sort({ _id: 1 }).toArray();
    expect((await sorted()).map(({ _id }) => _id)).toEqual(ids);
    await items.createIndex({ a: 1 });
    expect((await sorted()).map(({ _id }) => _id)).toEqual(ids);
  });

  test('paths go through arrays of documents, and sub-documents compare with the order of their fields', async () => {
    const items = fresh();
    await items.insertMany([
      { _id: 1, a: [{ b: 1 }, { c: 2 }] },
      { _id: 2, a: [{ b: 2 }] },
      { _id: 3, a: { b: 1, c: 2 } },
      { _id: 4, a: [] },
      { _id: 5, a: [7] },
    ]);
    const ids = async (filter: BSON.Document) =>
      (await items.find(filter).sort({ _id: 1 }).toArray()).map(({ _id }) => _id);
    expect(await ids({ 'a.b': 1 })).toEqual([1, 3]);
    expect(await ids({ 'a.b': null })).toEqual([1]);
    expect(await ids({ a: { c: 2, b: 1 } })).toEqual([]);
    expect(await ids({ a: { b: 1, c: 2 } })).toEqual([3]);
    expect(await ids({ 'a.0.b': 2 })).toEqual([2]);
  });
});

describe('writing through the official driver', () => {
  test('insert, ordered and not: a duplicate stops the first kind only', async () => {
    const items = fresh();
    await expect(items.insertMany([{ _id: 1 }, { _id: 1 }, { _id: 2 }])).rejects.toEqual(refusal(11000));
    expect(await items.countDocuments()).toBe(1);
    await expect(items.insertMany([{ _id: 1 }, { _id: 3 }], { ordered: false })).rejects.toMatchObject({
      code: 11000,
      result: { insertedCount: 1 },
    });
    expect(await items.distinct('_id')).toEqual([1, 3]);
  });

  test('bulkWrite mixes kinds and reports each', async () => {
    const items = await numbered(4);
    const result = await items.bulkWrite([
      { updateOne: { filter: { _id: 0 }, update: { $set: { seen: true } } } },
      { updateMany: { filter: { even: false }, update: { $set: { odd: true } } } },
      { replaceOne: { filter: { _id: 9 }, replacement: { made: 1 }, upsert: true } },
      { deleteOne: { filter: { _id: 2 } } },
      { insertOne: { document: { _id: 'new' } } },
    ]);
    expect(result).toMatchObject({
      insertedCount: 1,
      matchedCount: 3,
      modifiedCount: 3,
      deletedCount: 1,
      upsertedCount: 1,
    });
    expect(await items.findOne({ _id: 9 })).toEqual({ _id: 9, made: 1 });
  });

  test('what changes nothing counts as matched, not as modified', async () => {
    const items = await numbered(2);
    expect(await items.updateMany({}, { $set: { half: 0 } })).toMatchObject({
      matchedCount: 2,
      modifiedCount: 0,
    });
  });

  test('findOneAndUpdate and its kin', async () => {
    const items = await numbered(3);
    const update = { $inc: { n: 1 } } as unknown as UpdateFilter<Item>;
    expect(await items.findOneAndUpdate({ _id: 1 }, update)).not.toHaveProperty('n');
    expect(
      await items.findOneAndUpdate({ _id: 1 }, update, { returnDocument: 'after', projection: { n: 1 } }),
    ).toEqual({ _id: 1, n: 2 });
    expect(await items.findOneAndUpdate({ _id: 8 }, update)).toBeNull();
    expect(
      await items.findOneAndUpdate({ _id: 8, kind: 'k' }, update, { upsert: true, returnDocument: 'after' }),
    ).toEqual({ _id: 8, kind: 'k', n: 1 });
    expect(await items.findOneAndDelete({}, { sort: { _id: -1 } })).toMatchObject({ _id: 8 });
    expect(await items.findOneAndReplace({ _id: 0 }, { x: 1 }, { returnDocument: 'after' })).toEqual({
      _id: 0,
      x: 1,
    });
  });

  test('a unique index refuses at once and keeps index and documents alike', async () => {
    const items = fresh();
    await items.createIndex({ name: 1, list: 1 }, { unique: true });
    await items.insertMany([
      { _id: 1, name: 'a', list: [1, 2] },
      { _id: 2, name: 'a', list: [3] },
    ]);
    await expect(items.insertOne({ _id: 3, name: 'a', list: [9, 2] })).rejects.toEqual(refusal(11000));
    await expect(items.updateOne({ _id: 2 }, { $set: { list: [1] } })).rejects.toEqual(refusal(11000));
    await items.updateOne({ _id: 1 }, { $set: { list: [3, 4], name: 'b' } });
    await items.updateOne({ _id: 2 }, { $set: { list: [1] } });
    await expect(items.createIndex({ nothing: 1 }, { unique: true })).rejects.toEqual(refusal(11000));
    expect(await room.db().command({ validate: items.collectionName })).toMatchObject({
      valid: true,
      nrecords: 2,
      nIndexes: 2,
    });
  });

  test('values longer than an index key are found, told apart and kept unique', async () => {
    const items = fresh();
    await items.createIndex({ text: 1 }, { unique: true });
    const long = (end: string): string => 'x'.repeat(5_000) + end;
    await items.insertMany([
      { _id: 1, text: long('a') },
      { _id: 2, text: long('b') },
      { _id: 3, text: 'x' },
    ]);
    await expect(items.insertOne({ _id: 4, text: long('a') })).rejects.toEqual(refusal(11000));
    expect(await items.find({ text: long('b') }).toArray()).toHaveLength(1);
    expect(
      (
        await items
          .find({ text: { $gte: 'x' } })
          .sort({ text: -1 })
          .toArray()
      ).map(({ _id }) => _id),
    ).toEqual([2, 1, 3]);
    expect(await items.countDocuments({ text: { $gt: long('a') } })).toBe(1);
  });

  test('a document of more than 16 MB is refused, also one that would grow to it', async () => {
    const items = fresh();
    await items.insertOne({ _id: 1, list: ['x'.repeat(15_000_000)] });
    // Past 17 MB the BSON library's own buffer ends, and what it gives back was garbage every second time.
    for (let round = 0; round < 5; round++)
      await expect(
        items.updateOne({ _id: 1 }, { $push: { list: 'y'.repeat(3_000_000) } } as BSON.Document),
      ).rejects.toEqual(refusal(10334));
    await expect(items.findOne({ _id: 1 })).resolves.toEqual({ _id: 1, list: ['x'.repeat(15_000_000)] });
    await expect(items.insertOne({ _id: 2, body: 'x'.repeat(17_000_000) })).rejects.toThrow();
    expect(await items.countDocuments()).toBe(1);
  });

  test('unacknowledged writes are carried out', async () => {
    const items = fresh();
    await items.insertOne({ _id: 1 }, { writeConcern: { w: 0 } });
    let seen = 0;
    while (seen === 0) seen = await items.countDocuments();
    expect(seen).toBe(1);
  });
});

describe('indexes and catalogue', () => {
  test('explain names the plan; counting and point reads look at no more than they need', async () => {
    const items = await numbered(200);
    await items.createIndex({ even: 1, half: -1 });
    const planOf = async (filter: BSON.Document, sort: Record<string, 1 | -1> = {}) => {
      const { queryPlanner, executionStats } = await items.find(filter).sort(sort).explain('executionStats');
      return {
        text: JSON.stringify(queryPlanner.winningPlan),
        read: executionStats.totalDocsExamined as number,
      };
    };
    expect(await planOf({ _id: 5 })).toMatchObject({ text: expect.stringContaining('_id_'), read: 1 });
    expect(await planOf({ even: true, half: { $gte: 90 } }, { half: -1 })).toMatchObject({
      text: expect.not.stringContaining('SORT'),
      read: 10,
    });
    expect((await planOf({ even: true }, { half: 1 })).text).toContain('backward');
    expect((await planOf({ other: 1 })).text).toContain('COLLSCAN');
    expect((await planOf({ half: 3 }, { _id: 1 })).text).toContain('_id_');
    expect((await planOf({ $or: [{ _id: 1 }, { even: true, half: 4 }] })).text).toContain('"OR"');
    expect((await planOf({ even: true }, { _id: 1 })).text).toContain('SORT');
  });

  test('indexes are listed, kept as they are when made again, refused when they differ, dropped', async () => {
    const items = await numbered(3);
    await items.createIndex({ half: 1 });
    await items.createIndex({ half: 1 });
    await expect(items.createIndex({ half: 1 }, { name: 'other' })).rejects.toEqual(refusal(85));
    await expect(items.createIndex({ even: 1 }, { name: 'half_1' })).rejects.toEqual(refusal(86));
    expect((await items.indexes()).map(({ name }) => name)).toEqual(['_id_', 'half_1']);
    await items.dropIndex('half_1');
    await expect(items.dropIndex('half_1')).rejects.toEqual(refusal(27));
    expect(await items.find({ half: 1 }).toArray()).toHaveLength(1);
  });

  test('collections and databases come and go', async () => {
    const db = room.db('coming');
    await db.createCollection('a');
    await db.collection('b').insertOne({ x: 1 });
    await expect(db.command({ create: 'a' })).rejects.toEqual(refusal(48));
    expect((await db.listCollections().toArray()).map(({ name }) => name as string).sort()).toEqual([
      'a',
      'b',
    ]);
    expect((await db.admin().listDatabases()).databases.map(({ name }) => name)).toContain('coming');
    await db.collection('b').drop();
    expect(await db.collection('b').countDocuments()).toBe(0);
    await db.dropDatabase();
    expect(await db.listCollections().toArray()).toEqual([]);
  });
});

describe('what lies outside of the room is refused with 238, never guessed', () => {
  test.each<[string, BSON.Document]>([
    ['$where', { find: 'c', filter: { $where: 'true' } }],
    ['$expr', { find: 'c', filter: { $expr: true } }],
    ['$text', { find: 'c', filter: { $text: { $search: 'x' } } }],
    ['$type', { find: 'c', filter: { a: { $type: 2 } } }],
    ['geo', { find: 'c', filter: { a: { $near: [0, 0] } } }],
    ['collation', { find: 'c', collation: { locale: 'de' } }],
    ['tailable cursors', { find: 'c', tailable: true }],
    ['projection operators', { find: 'c', projection: { a: { $slice: 1 } } }],
    ['linearizable reads', { find: 'c', readConcern: { level: 'linearizable' } }],
    ['transactions', { find: 'c', startTransaction: true, txnNumber: Long.ONE, autocommit: false }],
    ['$lookup', { aggregate: 'c', pipeline: [{ $lookup: {} }], cursor: {} }],
    ['change streams', { aggregate: 'c', pipeline: [{ $changeStream: {} }], cursor: {} }],
    ['$out', { aggregate: 'c', pipeline: [{ $out: 'x' }], cursor: {} }],
    ['$function', { aggregate: 'c', pipeline: [{ $project: { a: { $function: {} } } }], cursor: {} }],
    ['$$NOW', { aggregate: 'c', pipeline: [{ $addFields: { a: '$$NOW' } }], cursor: {} }],
    [
      'partial indexes',
      { createIndexes: 'c', indexes: [{ key: { a: 1 }, name: 'a', partialFilterExpression: {} }] },
    ],
    ['TTL indexes', { createIndexes: 'c', indexes: [{ key: { a: 1 }, name: 'a', expireAfterSeconds: 1 }] }],
    ['text indexes', { createIndexes: 'c', indexes: [{ key: { a: 'text' }, name: 'a' }] }],
    ['capped collections', { create: 'x', capped: true }],
    ['array filters', { update: 'c', updates: [{ q: {}, u: { $set: { 'a.$[x]': 1 } }, arrayFilters: [] }] }],
    ['pipeline updates', { findAndModify: 'c', query: {}, update: [{ $set: { a: 1 } }] }],
    ['explain of writes', { explain: { delete: 'c', deletes: [{ q: { a: 1 }, limit: 1 }] } }],
    ['several copies', { insert: 'c', documents: [{ a: 1 }], writeConcern: { w: 3 } }],
  ])('%s', async (_, command) => {
    await room.db().collection('c').insertOne({});
    const answer = room.db().command(command);
    const failed = 'update' in command && Array.isArray(command['updates']);
    if (failed) expect((await answer)['writeErrors']).toEqual([expect.objectContaining({ code: 238 })]);
    else await expect(answer).rejects.toEqual(refusal(238));
  });

  test('an unknown command is 59', async () => {
    await expect(room.db().command({ mapReduce: 'c' })).rejects.toEqual(refusal(59));
  });

  test('a time limit ends a long read', async () => {
    const items = await numbered(3_000);
    await expect(items.find({ other: 1 }).sort({ x: 1 }).maxTimeMS(1).toArray()).rejects.toEqual(refusal(50));
  });
});
