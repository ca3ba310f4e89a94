import { beforeEach, describe, expect, test } from '@jest/globals';
import type { When } from '../../../services/model/when.js';
import { resolvePoint } from '../../../services/snapshots/resolve-point.js';
import { createHistory } from '../../../services/store/history/index.js';
import type { History } from '../../../services/store/history/index.js';
import { memoryDb } from '../../fakes/memory-db.js';
import { TENANT, snapshot, user } from '../store/history/facts.js';

const ZONE = 'Europe/Berlin';
const NOW = new Date('2026-11-21T08:50:00.000Z');
const day = (date: string, zone = ZONE): When => ({ kind: 'day', date, zone, words: 'that day' });
const instant = (at: string): When => ({ kind: 'instant', at, zone: ZONE, words: 'then' });

describe('[R2] restore points', () => {
  let history: History;
  const resolve = (when: When) => resolvePoint(history, TENANT, when, NOW, ZONE);

  beforeEach(async () => {
    history = createHistory(memoryDb());
    // 18 and 19 Nov at 02:00 in Berlin, one partial at noon on the 19th, none on the 20th, 21st at 02:00 and 09:00.
    for (const at of ['18T01:00', '19T01:00', '19T11:00', '21T01:00', '21T08:00']) {
      const startedAt = `2026-11-${at}:00.000Z`;
      if (at !== '19T11:00')
        await snapshot(history, (run) => run.putObjects([user('alice')]), { at: startedAt });
      else {
        const run = await history.begin(TENANT, { trigger: 'chat', startedAt, fence: 1 });
        await run.publish({
          finishedAt: startedAt,
          mode: 'full',
          parts: {},
          tokens: {},
          cost: { requests: 0, resourceUnits: 0, writes: 0, throttled: 0 },
          partialReasons: ['The groups were not read.'],
        });
      }
    }
  });

  test('a day means the latest complete one taken within it', async () => {
    expect(await resolve(day('2026-11-19'))).toEqual({
      seq: 2,
      takenAt: '2026-11-19T01:00:00.000Z',
      words: 'that day',
    });
    expect((await resolve(day('2026-11-21'))).seq).toBe(5);
  });

  test('a day without one means the latest before it', async () => {
    expect((await resolve(day('2026-11-20'))).seq).toBe(2);
  });

  test('the day is the local one: 02:00 in Berlin still is the day before in New York', async () => {
    expect((await resolve(day('2026-11-20', 'America/New_York'))).seq).toBe(4);
    expect((await resolve(day('2026-11-17', 'America/New_York'))).seq).toBe(1);
  });

  test('a time said without seconds means all of that minute: the nightly run begins a moment after it', async () => {
    await snapshot(history, (run) => run.putObjects([user('alice')]), { at: '2026-11-21T08:30:00.311Z' });
    expect((await resolve(instant('2026-11-21T08:30:00.000Z'))).seq).toBe(6);
    expect((await resolve(instant('2026-11-21T08:30:00.001Z'))).seq).toBe(5);
    expect((await resolve(instant('2026-11-21T08:29:00.000Z'))).seq).toBe(5);
  });

  test('an instant means the latest at or before it', async () => {
    expect((await resolve(instant('2026-11-21T01:00:00.000Z'))).seq).toBe(4);
    expect((await resolve(instant('2026-11-21T00:59:59.999Z'))).seq).toBe(2);
    expect((await resolve(instant(NOW.toISOString()))).seq).toBe(5);
  });

  test('a future time is refused with the newest', async () => {
    const error = { code: 'TIME_IN_FUTURE', userText: 'Then has not come yet.' };
    await expect(resolve(instant('2026-11-21T08:50:00.001Z'))).rejects.toMatchObject({
      ...error,
      hint: 'The newest restore point is Sat 21 Nov 09:00 (snapshot 5).',
    });
    await expect(resolve(day('2026-11-22'))).rejects.toMatchObject({ code: 'TIME_IN_FUTURE' });
    await expect(resolve({ kind: 'snapshot', seq: 6, words: 'snapshot 6' })).rejects.toMatchObject({
      userText: 'Snapshot 6 has not come yet.',
    });
  });

  test('a time before the first is refused with the first', async () => {
    const error = { userText: 'Nothing is kept from before Wed 18 Nov 02:00 (snapshot 1).' };
    await expect(resolve(day('2026-11-17'))).rejects.toMatchObject(error);
    await expect(resolve(instant('2026-11-18T00:59:00.000Z'))).rejects.toMatchObject(error);
    await expect(resolve({ kind: 'snapshot', seq: 0, words: 'snapshot 0' })).rejects.toMatchObject(error);
  });

  test('a partial one is had by its number only, and says what is missing', async () => {
    expect((await resolve(instant('2026-11-19T12:00:00.000Z'))).seq).toBe(2);
    expect(await resolve({ kind: 'snapshot', seq: 3, words: 'snapshot 3' })).toMatchObject({
      seq: 3,
      partial: ['The groups were not read.'],
    });
  });

  test('the latest is the newest complete one; without any there is none', async () => {
    expect(await resolve({ kind: 'latest' })).toEqual({ seq: 5, takenAt: '2026-11-21T08:00:00.000Z' });
    history = createHistory(memoryDb());
    await expect(resolve({ kind: 'latest' })).rejects.toMatchObject({ code: 'NO_SNAPSHOT' });
    await expect(resolve(day('2026-11-20'))).rejects.toMatchObject({ code: 'NO_SNAPSHOT' });
  });
});
