import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { startEmbeddedStore, type EmbeddedStore } from '../../../services/store/embedded-process.js';
import { watchedDatabase } from '../../harness/world.js';

let folder: string;
let server: EmbeddedStore;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rewind-watched-'));
  server = await startEmbeddedStore({ dataDir: folder });
});
afterEach(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

/** What the watch over a process finds that does this with a collection `notes`, which has an index on `text`. */
async function foundIn(
  work: string,
): Promise<{ readonly seen: number; readonly findings: readonly string[] }> {
  const watched = watchedDatabase(folder);
  const script = `
    import { MongoClient } from 'mongodb';
    const client = await new MongoClient(${JSON.stringify(server.uri)}).connect();
    const notes = client.db('x').collection('notes');
    await notes.createIndex({ text: 1 });
    await notes.insertMany([{ text: 'a' }, { text: 'b' }]);
    await (${work})(notes).catch(() => undefined);
    await client.close();`;
  await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script], {
    env: { ...process.env, ...watched.env },
  });
  return { seen: watched.shapes().length, findings: watched.findings() };
}

test.each([
  ['a find', `(notes) => notes.findOne({ text: 'a' })`],
  ['a find by several', `(notes) => notes.find({ text: { $in: ['a', 'b'] } }).sort({ text: 1 }).toArray()`],
  ['an update', `(notes) => notes.updateOne({ text: 'a' }, { $set: { n: 1 } })`],
  ['a claim', `(notes) => notes.findOneAndUpdate({ text: 'a' }, { $inc: { n: 1 } })`],
  ['a delete', `(notes) => notes.deleteMany({ text: { $gt: 'a' } })`],
])('what an index serves, and every database has, is no finding: %s', async (_, work) => {
  expect(await foundIn(work)).toEqual({ seen: 3, findings: [] });
});

test.each([
  ['a find', `(notes) => notes.findOne({ other: 1 })`],
  ['an update', `(notes) => notes.updateOne({ other: 1 }, { $set: { n: 1 } })`],
  ['a claim', `(notes) => notes.findOneAndUpdate({ other: 1 }, { $inc: { n: 1 } })`],
  ['a delete', `(notes) => notes.deleteMany({ other: 1 })`],
  ['a count', `(notes) => notes.countDocuments({ other: 1 })`],
  ['a distinct', `(notes) => notes.distinct('text', { other: 1 })`],
])('a whole collection read is a finding: %s', async (_, work) => {
  const { findings } = await foundIn(work);
  expect(findings).toEqual([expect.stringMatching(/^scan: .*"notes"/)]);
});

test.each([
  ['a collation', `(notes) => notes.find({ text: 'a' }, { collation: { locale: 'de' } }).toArray()`],
  ['$nor', `(notes) => notes.find({ $nor: [{ text: 'a' }] }).toArray()`],
  [
    'array filters',
    `(notes) => notes.updateOne({}, { $set: { 'l.$[x]': 1 } }, { arrayFilters: [{ x: 1 }] })`,
  ],
  ['a pipeline as an update', `(notes) => notes.updateOne({ text: 'a' }, [{ $set: { n: 1 } }])`],
  ['$lookup', `(notes) => notes.aggregate([{ $lookup: { from: 'y', as: 'z', pipeline: [] } }]).toArray()`],
  ['a TTL index', `(notes) => notes.createIndex({ at: 1 }, { expireAfterSeconds: 1 })`],
])('what not every database has is a finding, also when it was refused: %s', async (_, work) => {
  const { findings } = await foundIn(work);
  expect(findings).toEqual([expect.stringMatching(/^beyond: /)]);
});
