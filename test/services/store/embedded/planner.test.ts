import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { rm } from 'node:fs/promises';
import { BSON, Long } from 'mongodb';
import { decode, encode } from '../../../../services/store/embedded/values.js';
import { compareKeys, encodeValue, type Direction } from '../../../../services/store/embedded/keys.js';
import { countRows, parseQuery, rows } from '../../../../services/store/embedded/query.js';
import { Row, Storage } from '../../../../services/store/embedded/storage.js';
import type { Document } from '../../../../services/store/embedded/values.js';
import { compareValues } from './bson-order.js';
import { temporaryFolder } from './served.js';

const present = (steps: Iterable<Row | undefined>): Row[] => [...steps].flatMap((row) => row ?? []);

const scalar = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: -3, max: 5 }) },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      '',
      'a',
      'ab',
      'b',
      '\0',
      'é',
      '\u{1F600}',
      '\uFFEE',
      'x'.repeat(2_100),
      `${'x'.repeat(2_100)}y`,
    ),
  },
  fc.constantFrom<unknown>(
    null,
    true,
    false,
    NaN,
    -0,
    2.5,
    -Infinity,
    new Date(0),
    new Date(-5),
    Long.fromString('9007199254740993'),
    Long.MAX_VALUE,
    9007199254740992,
  ),
);
const value: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 8, arbitrary: scalar },
  { weight: 2, arbitrary: fc.array(scalar, { maxLength: 3 }) },
  fc.record({ c: scalar }, { requiredKeys: [] }),
  fc.array(fc.record({ c: scalar }, { requiredKeys: [] }), { maxLength: 2 }),
);
const document = fc.record({ a: value, b: scalar, d: scalar }, { requiredKeys: [] });
const path = fc.constantFrom('a', 'b', 'd', 'a.c');

const condition: fc.Arbitrary<Document> = fc
  .tuple(
    path,
    fc.oneof(
      { weight: 4, arbitrary: scalar },
      scalar.map((x) => ({ $ne: x })),
      fc.array(scalar, { maxLength: 3 }).map((x) => ({ $in: x })),
      fc.array(scalar, { maxLength: 2 }).map((x) => ({ $nin: x })),
      fc.tuple(fc.constantFrom('$gt', '$gte', '$lt', '$lte'), scalar).map(([op, x]) => ({ [op]: x })),
      fc.tuple(scalar, scalar).map(([x, y]) => ({ $gte: x, $lt: y })),
      fc.boolean().map((x) => ({ $exists: x })),
      fc.constantFrom('^a', '^ab', '^x*', 'b', '^a|b', '^ab?').map((x) => ({ $regex: x })),
      value.map((x) => ({ $eq: x })),
    ),
  )
  .map(([name, test]) => ({ [name]: test }));
const filter: fc.Arbitrary<Document> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .array(condition, { maxLength: 3 })
      .map((parts) => (parts.length > 1 ? { $and: parts } : (parts[0] ?? {}))),
  },
  fc.array(condition, { minLength: 1, maxLength: 3 }).map((parts) => ({ $or: parts })),
  fc
    .tuple(condition, fc.array(condition, { minLength: 2, maxLength: 2 }))
    .map(([one, or]) => ({ $and: [one, { $or: or }] })),
);
const direction = fc.constantFrom<Direction>(1, -1);
const keys = fc.uniqueArray(fc.tuple(path, direction), {
  minLength: 1,
  maxLength: 3,
  selector: ([name]) => name,
});

describe('the planner', () => {
  test('an index plan answers as a full scan does: documents, order and count; the indexes stay equal to the documents', async () => {
    const folder = await temporaryFolder();
    const storage = new Storage(folder);
    let run = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(document, { maxLength: 25 }),
        fc.array(keys, { minLength: 1, maxLength: 3 }),
        fc.array(fc.tuple(filter, fc.option(keys, { nil: [] })), { minLength: 1, maxLength: 8 }),
        fc.array(fc.tuple(fc.nat(24), fc.option(document, { nil: undefined })), { maxLength: 6 }),
        async (documents, indexes, queries, changes) => {
          const ns = `db.c${run++}`;
          const fit: Document[] = [];
          await storage.write(() => {
            storage.ensureCollection(ns);
            indexes.forEach((key, i) => storage.addIndex(ns, { name: `i${i}`, key, unique: false }));
            documents.forEach((one, i) => {
              try {
                storage.change(ns, undefined, new Row(encode({ _id: i, ...one })));
                fit.push(one);
              } catch (error) {
                // Two arrays under one index: refused, and nothing of the document may be left.
                if ((error as { codeName?: string }).codeName !== 'CannotIndexParallelArrays') throw error;
              }
            });
            for (const [id, changed] of changes) {
              const meta = storage.collection(ns)!;
              const [row] = present(rows(storage, meta, parseQuery({ _id: id }, { limit: 1 })));
              if (!row) continue;
              try {
                storage.change(ns, row, changed && new Row(encode({ _id: id, ...changed })));
              } catch (error) {
                if ((error as { codeName?: string }).codeName !== 'CannotIndexParallelArrays') throw error;
              }
            }
          });
          const meta = storage.collection(ns)!;
          expect(storage.validate(meta)).toEqual([]);
          for (const [wanted, sort] of queries) {
            const spec = { ...Object.fromEntries(sort ?? []), _id: 1 };
            const query = parseQuery(wanted, { sort: spec });
            const read = (hint?: string) =>
              [...present(rows(storage, meta, { ...query, hint }))].map((row) => row.document['_id']);
            const scan = read('$natural');
            expect(read()).toEqual(scan);
            for (let i = 0; i < indexes.length; i++) {
              expect(read(`i${i}`)).toEqual(scan);
              const unsorted = { ...query, sort: [], hint: `i${i}` };
              expect(
                [...present(rows(storage, meta, unsorted))].map((row) => Number(row.document['_id'])).sort(),
              ).toEqual([...scan].map(Number).sort());
              expect([...countRows(storage, meta, unsorted)].at(-1)).toBe(scan.length);
            }
          }
          await storage.write(() => storage.dropCollection(ns));
        },
      ),
      { numRuns: Number(process.env['FC_RUNS'] ?? 60) },
    );
    await storage.close();
    await rm(folder, { recursive: true, force: true });
  }, 120_000);

  test('the bytes of a key are in the order of the values', () => {
    const roundTripped = value.map((x) => decode(BSON.serialize({ x }))['x']);
    fc.assert(
      fc.property(roundTripped, roundTripped, (x, y) => {
        expect(compareKeys(encodeValue(x), encodeValue(y))).toBe(Math.sign(compareValues(x, y)));
      }),
      { numRuns: 2_000 },
    );
  });
});
