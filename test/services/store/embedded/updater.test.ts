import { describe, expect, test } from '@jest/globals';
import { BSON } from 'mongodb';
import { decode, decodeTyped } from '../../../../services/store/embedded/values.js';
import { compileUpdate, upsertBase } from '../../../../services/store/embedded/updater.js';

type Doc = BSON.Document;
const typed = (document: Doc): Doc => decodeTyped(BSON.serialize(document));
const bytes = (document: Doc): Buffer => Buffer.from(BSON.serialize(document));
/** As the server does it: typed in, typed out. */
const apply = (before: Doc, update: Doc): Doc =>
  compileUpdate(typed({ u: update })['u']).apply(typed(before), false);
const int = (value: number): BSON.Int32 => new BSON.Int32(value);
const long = (value: string): BSON.Long => BSON.Long.fromString(value);
const double = (value: number): BSON.Double => new BSON.Double(value);

describe('updates', () => {
  test.each<[string, Doc, Doc, Doc]>([
    ['$set makes what is missing on the way', {}, { $set: { 'a.b.c': 1 } }, { a: { b: { c: 1 } } }],
    ['$set keeps the place of a field', { a: 1, b: 2 }, { $set: { a: 3 } }, { a: 3, b: 2 }],
    ['$set of new fields in order of their names', {}, { $set: { b: 1, a: 2 } }, { a: 2, b: 1 }],
    ['$set of an element', { a: [1, 2] }, { $set: { 'a.1': 9 } }, { a: [1, 9] }],
    ['$set beyond the end fills with null', { a: [1] }, { $set: { 'a.3': 9 } }, { a: [1, null, null, 9] }],
    ['$set of a number as a field name', {}, { $set: { 'a.0': 1 } }, { a: { 0: 1 } }],
    ['$unset removes', { a: 1, b: { c: 1, d: 2 } }, { $unset: { a: '', 'b.c': '' } }, { b: { d: 2 } }],
    ['$unset of what is missing', { a: 1 }, { $unset: { 'x.y': '' } }, { a: 1 }],
    ['$unset of an element leaves null', { a: [1, 2] }, { $unset: { 'a.0': '' } }, { a: [null, 2] }],
    ['$inc of what is missing', {}, { $inc: { a: 2 } }, { a: int(2) }],
    ['$inc keeps an int an int', { a: int(1) }, { $inc: { a: int(2) } }, { a: int(3) }],
    [
      '$inc grows an int to a long',
      { a: int(2147483647) },
      { $inc: { a: int(1) } },
      { a: long('2147483648') },
    ],
    ['$inc keeps a long a long', { a: long('1') }, { $inc: { a: int(1) } }, { a: long('2') }],
    [
      '$inc is exact beyond 2^53',
      { a: long('9007199254740993') },
      { $inc: { a: 1 } },
      { a: long('9007199254740994') },
    ],
    ['$inc keeps a double a double', { a: double(1) }, { $inc: { a: int(1) } }, { a: double(2) }],
    ['$min lowers', { a: 5, b: 1 }, { $min: { a: 3, b: 3, c: 1 } }, { a: 3, b: 1, c: 1 }],
    ['$max raises, across types by their order', { a: 5 }, { $max: { a: 'x' } }, { a: 'x' }],
    ['$push', { a: [1] }, { $push: { a: 2, b: 3 } }, { a: [1, 2], b: [3] }],
    ['$push of a list is one element', { a: [] }, { $push: { a: [1, 2] } }, { a: [[1, 2]] }],
    ['$push with $each', { a: [1] }, { $push: { a: { $each: [2, 3] } } }, { a: [1, 2, 3] }],
    [
      '$addToSet',
      { a: [1, { b: 1 }] },
      { $addToSet: { a: { $each: [1, 2, { b: 1 }, 2] } } },
      { a: [1, { b: 1 }, 2] },
    ],
    ['$pull of a value', { a: [1, 2, 1] }, { $pull: { a: 1 } }, { a: [2] }],
    ['$pull by condition', { a: [1, 5, 9] }, { $pull: { a: { $gte: 5 } } }, { a: [1] }],
    [
      '$pull of documents by filter',
      { a: [{ b: 1, c: 1 }, { b: 2 }] },
      { $pull: { a: { b: 1 } } },
      { a: [{ b: 2 }] },
    ],
    ['$pull from what is missing', {}, { $pull: { a: 1 } }, {}],
    ['$setOnInsert does nothing to what is there', { a: 1 }, { $setOnInsert: { b: 1 } }, { a: 1 }],
    ['a whole document, keeping _id', { _id: 1, a: 1 }, { b: 2 }, { _id: 1, b: 2 }],
    ['several operators', { n: 1 }, { $set: { a: 1 }, $inc: { n: 1 }, $unset: { z: 1 } }, { n: 2, a: 1 }],
  ])('%s', (_, before, update, after) => {
    expect(bytes(apply(before, update)).equals(bytes(after))).toBe(true);
  });

  test('what is not touched keeps its type', () => {
    const before = { d: double(1), l: long('1'), i: int(1), r: new BSON.BSONRegExp('^a', 'i') };
    expect(bytes(apply(before, { $set: { x: 1 } })).equals(bytes({ ...before, x: 1 }))).toBe(true);
  });

  test('$currentDate', () => {
    const after = decode(bytes(apply({}, { $currentDate: { a: true, b: { $type: 'date' } } })));
    expect(Object.prototype.toString.call(after['a'])).toBe('[object Date]');
    expect(after['b']).toEqual(after['a']);
  });

  test.each<[string, Doc, Doc | Doc[], number]>([
    ['two changes of one path', {}, { $set: { a: 1 }, $inc: { a: 1 } }, 40],
    ['a path and one inside it', {}, { $set: { a: {}, 'a.b': 1 } }, 40],
    ['through a scalar', { a: 1 }, { $set: { 'a.b': 1 } }, 28],
    ['through null', { a: null }, { $set: { 'a.b': 1 } }, 28],
    ['a named field of an array', { a: [] }, { $set: { 'a.b': 1 } }, 28],
    ['another _id', { _id: 1 }, { $set: { _id: 2 } }, 66],
    ['a part of _id', { _id: { a: 1 } }, { $set: { '_id.a': 2 } }, 66],
    ['removing _id', { _id: 1 }, { $unset: { _id: '' } }, 66],
    ['replacing with another _id', { _id: 1 }, { _id: 2 }, 66],
    ['$inc by a string', {}, { $inc: { a: '1' } }, 14],
    ['$inc of a string', { a: 'x' }, { $inc: { a: 1 } }, 14],
    ['$inc of null', { a: null }, { $inc: { a: 1 } }, 14],
    ['$inc past the end of long', { a: long('9223372036854775807') }, { $inc: { a: 1 } }, 2],
    ['$push to a scalar', { a: 1 }, { $push: { a: 1 } }, 2],
    ['$addToSet to a scalar', { a: 1 }, { $addToSet: { a: 1 } }, 2],
    ['$pull from a scalar', { a: 1 }, { $pull: { a: 1 } }, 2],
    ['$each without a list', {}, { $push: { a: { $each: 1 } } }, 2],
    ['$push with $sort', {}, { $push: { a: { $each: [1], $sort: 1 } } }, 238],
    ['$push with $slice', {}, { $push: { a: { $each: [1], $slice: 1 } } }, 238],
    ['$addToSet with $position', {}, { $addToSet: { a: { $each: [1], $position: 1 } } }, 238],
    ['an empty part of a path', {}, { $set: { 'a..b': 1 } }, 56],
    ['an empty path', {}, { $set: { '': 1 } }, 56],
    ['a $ field', {}, { $set: { 'a.$b': 1 } }, 52],
    ['the first match', {}, { $set: { 'a.$': 1 } }, 238],
    ['all elements', {}, { $set: { 'a.$[]': 1 } }, 238],
    ['$rename', { a: 1 }, { $rename: { a: 'b' } }, 238],
    ['$mul', { a: 1 }, { $mul: { a: 2 } }, 238],
    ['$pop', { a: [1] }, { $pop: { a: 1 } }, 238],
    ['$bit', { a: 1 }, { $bit: { a: { or: 1 } } }, 238],
    ['a pipeline', {}, [{ $set: { a: 1 } }], 238],
    ['an unknown operator', {}, { $sett: { a: 1 } }, 9],
    ['operators mixed with fields', {}, { $set: { a: 1 }, b: 1 }, 9],
    ['an operator without an object', {}, { $set: 1 }, 9],
    ['$currentDate of another type', {}, { $currentDate: { a: { $type: 'string' } } }, 2],
    ['filling an array without end', { a: [] }, { $set: { 'a.99999999': 1 } }, 2],
    ['__proto__', {}, { $set: { 'a.__proto__.b': 1 } }, 2],
  ])('refuses %s', (_, before, update, code) => {
    expect(() => apply(before, update)).toThrow(expect.objectContaining({ code }) as unknown as Error);
  });

  test('an upsert begins with the equalities of its filter', () => {
    const made = (filter: Doc, update: Doc): Doc =>
      upsertBase(typed(filter), compileUpdate(typed({ u: update })['u']));
    expect(
      decode(
        bytes(
          made(
            { _id: 1, a: 1, b: { $gt: 3 }, $and: [{ 'c.d': { $eq: 2 } }] },
            { $set: { e: 5 }, $setOnInsert: { f: 6 } },
          ),
        ),
      ),
    ).toEqual({ _id: 1, a: 1, c: { d: 2 }, e: 5, f: 6 });
    expect(decode(bytes(made({ _id: 1, a: 1 }, { b: 2 })))).toEqual({ _id: 1, b: 2 });
    expect(made({ a: { $in: [7] } }, { $set: { b: 1 } })).toMatchObject({
      _id: expect.objectContaining({ _bsontype: 'ObjectId' }),
      a: int(7),
    });
    expect(() => made({ a: 1, 'a.b': 2 }, { $set: { c: 1 } })).toThrow();
  });
});
