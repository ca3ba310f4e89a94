import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import type { Db } from 'mongodb';
import { createJobQueue } from '../../../services/jobs/index.js';
import type { Clock } from '../../../services/model/clock.js';
import { RewindError } from '../../../services/model/errors.js';
import type { JobQueue } from '../../../services/model/jobs.js';
import type { JsonObject } from '../../../services/model/json.js';
import type { Log } from '../../../services/model/log.js';

const HOUR = 3_600_000;

/** The machine's time plus an offset, as in the demo. */
class OffsetClock implements Clock {
  #offset: number;
  readonly #listeners = new Set<() => void>();
  constructor(start: string) {
    this.#offset = Date.parse(start) - Date.now();
  }
  now(): Date {
    return new Date(Date.now() + this.#offset);
  }
  offsetInMs(): number {
    return this.#offset;
  }
  async sleep(): Promise<void> {}
  onJump(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
  jumpTo(instant: string): void {
    this.#offset = Date.parse(instant) - Date.now();
    for (const listener of this.#listeners) listener();
  }
}

/** Runs of a handler, to be waited for one by one. */
class Runs {
  readonly payloads: JsonObject[] = [];
  readonly #waiting: (() => void)[] = [];
  readonly due: Date[] = [];
  readonly handler = async (payload: JsonObject, _signal?: AbortSignal, due?: Date): Promise<void> => {
    this.payloads.push(payload);
    if (due) this.due.push(due);
    this.#waiting.splice(0).forEach((wake) => wake());
  };
  async reach(count: number): Promise<void> {
    while (this.payloads.length < count) await new Promise<void>((wake) => this.#waiting.push(wake));
  }
}

/** Agenda keeps a timer of half the time between two looks behind each job: one of minutes would hold the test process. */
function letLongTimersGo(): void {
  const { setTimeout: real } = globalThis;
  jest.spyOn(globalThis, 'setTimeout').mockImplementation(((run: () => void, inMs?: number, ...args: []) => {
    const timer = real(run, inMs, ...args);
    return (inMs ?? 0) > 60_000 ? timer.unref() : timer;
  }) as typeof setTimeout);
}

/** The queue's contract, on any database. */
export function queueSuite(openDb: () => Promise<Db>): void {
  let db: Db;
  let clock: OffsetClock;
  let queues: JobQueue[];
  let errors: string[];
  const log: Log = {
    debug: () => undefined,
    info: () => undefined,
    warn: () => undefined,
    error: (_fields, text) => errors.push(text),
  };
  const queue = (how: { readonly processEveryInMs?: number; readonly alone?: boolean } = {}): JobQueue => {
    const made = createJobQueue({ mongo: db, clock, log, processEveryInMs: 40, ...how });
    queues.push(made);
    return made;
  };
  /** A started queue with one kind of job. */
  const started = async (handler: Parameters<JobQueue['define']>[1], concurrency = 2): Promise<JobQueue> => {
    const made = queue();
    // Agenda keeps a timer of half the lock's time behind each job: a long one would hold the test process.
    made.define('work', handler, { lockInMs: 2_000, concurrency });
    await made.start();
    return made;
  };
  const daily = { key: 'daily', schedule: 'daily at 02:00', timeZone: 'Europe/Berlin' };

  beforeEach(async () => {
    db = await openDb();
    clock = new OffsetClock('2026-11-20T08:50:00.000Z');
    queues = [];
    errors = [];
  });
  afterEach(async () => {
    for (const made of queues) await made.stop();
    jest.restoreAllMocks();
  });

  test('a job runs with its payload, once', async () => {
    const runs = new Runs();
    const jobs = await started(runs.handler);
    await jobs.enqueue('work', { n: 1 });
    await jobs.enqueue('work', { n: 2 });
    await runs.reach(2);
    await jobs.stop();
    expect(runs.payloads.map(({ n }) => n).sort()).toEqual([1, 2]);
    expect(await jobs.nextRun('work')).toBeNull();
  });

  test('the same key is added once while it waits or runs, and again when it is over', async () => {
    const runs = new Runs();
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const jobs = await started(async (payload) => {
      await runs.handler(payload);
      await held;
    });
    await jobs.enqueue('work', { n: 1 }, { key: 'k' });
    await runs.reach(1);
    await jobs.enqueue('work', { n: 2 }, { key: 'k' });
    await jobs.enqueue('work', { n: 3 }, { key: 'other' });
    await runs.reach(2);
    release();
    while (await jobs.nextRun('k')) await new Promise((resolve) => setTimeout(resolve, 5));
    await jobs.enqueue('work', { n: 4 }, { key: 'k' });
    await runs.reach(3);
    expect(runs.payloads.map(({ n }) => n)).toEqual([1, 3, 4]);
  });

  test('a job that a jump made due begins at once, not at the next look', async () => {
    letLongTimersGo();
    const runs = new Runs();
    const jobs = queue({ processEveryInMs: 3_600_000 });
    jobs.define('work', runs.handler, { lockInMs: 2_000, concurrency: 1 });
    await jobs.start();
    await jobs.enqueue('work', {}, { at: new Date('2026-11-20T10:00:00.000Z'), key: 'later' });
    clock.jumpTo('2026-11-20T10:00:00.000Z');
    await runs.reach(1);
  });

  test('[R20] what a crash left locked runs again at the start of a queue that is alone, and waits elsewhere', async () => {
    const dead = queue();
    dead.define('work', async () => undefined, { lockInMs: 2_000, concurrency: 1 });
    await dead.enqueue('work', { n: 1 }, { key: 'k' });
    const enqueuedBy = clock.now();
    // As Agenda leaves the job of a process that was killed in the middle of it.
    await db
      .collection('jobs')
      .updateOne({ 'data.key': 'k' }, { $set: { lockedAt: new Date(Date.now() + HOUR), nextRunAt: null } });
    const other = new Runs();
    const beside = queue();
    beside.define('work', other.handler, { lockInMs: 2_000, concurrency: 1 });
    await beside.start();
    await beside.enqueue('work', { n: 2 }, { key: 'other' });
    await other.reach(1);
    await beside.stop();
    expect(other.payloads).toEqual([{ n: 2 }]);

    const runs = new Runs();
    const alone = queue({ alone: true });
    clock.jumpTo('2026-11-20T11:00:00.000Z');
    alone.define('work', runs.handler, { lockInMs: 2_000, concurrency: 1 });
    await alone.start();
    await runs.reach(1);
    expect(runs.payloads).toEqual([{ n: 1 }]);
    // As it was for the one that died, so that it can tell what that one has done already.
    expect(runs.due[0]!.getTime()).toBeLessThanOrEqual(enqueuedBy.getTime());
  });

  test('a job for later waits until the clock gets there, by a jump too', async () => {
    const runs = new Runs();
    const jobs = await started(runs.handler);
    const at = new Date('2026-11-20T10:00:00.000Z');
    await jobs.enqueue('work', {}, { at, key: 'later' });
    expect(await jobs.nextRun('later')).toEqual(at);
    expect(runs.payloads).toEqual([]);
    clock.jumpTo('2026-11-20T10:00:01.000Z');
    await runs.reach(1);
  });

  test('[B12] a schedule keeps one run planned, in local time', async () => {
    const jobs = await started(async () => undefined);
    await jobs.schedule('work', {}, daily);
    expect(await jobs.nextRun('daily')).toEqual(new Date('2026-11-21T01:00:00.000Z'));
    await jobs.schedule('work', {}, { ...daily, schedule: 'hourly' });
    expect(await jobs.nextRun('daily')).toEqual(new Date('2026-11-20T09:00:00.000Z'));
    await expect(jobs.schedule('work', {}, { ...daily, schedule: 'sometimes' })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
    });
  });

  test('[B12] a run that falls due runs, and the next one is planned after it', async () => {
    const runs = new Runs();
    const jobs = await started(runs.handler);
    await jobs.schedule('work', { trigger: 'schedule' }, daily);
    clock.jumpTo('2026-11-21T01:00:00.500Z');
    await runs.reach(1);
    clock.jumpTo('2026-11-22T01:00:00.500Z');
    await runs.reach(2);
    expect(runs.payloads).toEqual([{ trigger: 'schedule' }, { trigger: 'schedule' }]);
  });

  test('[B12] runs missed while the clock jumped are caught up once', async () => {
    const runs = new Runs();
    const jobs = await started(runs.handler);
    await jobs.schedule('work', {}, daily);
    clock.jumpTo('2026-11-24T09:00:00.000Z');
    await runs.reach(1);
    while ((await jobs.nextRun('daily'))!.toISOString() !== '2026-11-25T01:00:00.000Z')
      await new Promise((resolve) => setTimeout(resolve, 5));
    expect(runs.payloads).toEqual([{ catchUp: true }]);
  });

  test('[B12] runs missed while nothing ran are caught up once, after the start', async () => {
    const before = await started(async () => undefined);
    await before.schedule('work', {}, daily);
    await before.stop();
    clock.jumpTo('2026-11-23T09:00:00.000Z');
    const runs = new Runs();
    const after = await started(runs.handler);
    await after.schedule('work', {}, daily);
    await runs.reach(1);
    expect(runs.payloads).toEqual([{ catchUp: true }]);
  });

  test('a schedule never runs twice at once: what falls due meanwhile comes after', async () => {
    let running = 0;
    let most = 0;
    const runs = new Runs();
    const jobs = await started(async (payload) => {
      running += 1;
      most = Math.max(most, running);
      if (runs.payloads.length === 0) clock.jumpTo('2026-11-22T01:00:01.000Z');
      await new Promise((resolve) => setTimeout(resolve, 100));
      running -= 1;
      await runs.handler(payload);
    });
    await jobs.schedule('work', {}, daily);
    clock.jumpTo('2026-11-21T01:00:01.000Z');
    await runs.reach(1);
    clock.jumpTo('2026-11-23T01:00:01.000Z');
    await runs.reach(2);
    expect(most).toBe(1);
  });

  test('a job that fails is told to the log, does not run again, and leaves its key free', async () => {
    const runs = new Runs();
    const jobs = await started(async (payload) => {
      await runs.handler(payload);
      if (payload['fails']) throw new Error('no');
    });
    await jobs.enqueue('work', { fails: true }, { key: 'k' });
    await runs.reach(1);
    while (await jobs.nextRun('k')) await new Promise((resolve) => setTimeout(resolve, 5));
    await jobs.enqueue('work', { fails: false }, { key: 'k' });
    await runs.reach(2);
    expect(errors).toEqual(['a job failed']);
  });

  test('[R20] a job that ended because the database was away runs again by itself, as if it were the first time', async () => {
    const runs = new Runs();
    const jobs = await started(async (payload, signal, due) => {
      await runs.handler(payload, signal, due);
      if (runs.payloads.length === 1) throw new RewindError('STORE_UNREACHABLE');
    });
    await jobs.enqueue('work', { n: 1 }, { key: 'k' });
    await runs.reach(2);
    expect(runs.payloads).toEqual([{ n: 1 }, { n: 1 }]);
    expect(runs.due[1]).toEqual(runs.due[0]);
    while (await jobs.nextRun('k')) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(errors).toEqual([]);
  });

  test('[B12] a scheduled one, too; then it keeps its schedule', async () => {
    const runs = new Runs();
    const jobs = await started(async (payload, signal, due) => {
      await runs.handler(payload, signal, due);
      if (runs.payloads.length === 1) throw new RewindError('STORE_UNREACHABLE');
    });
    await jobs.schedule('work', {}, daily);
    clock.jumpTo('2026-11-21T01:00:00.500Z');
    await runs.reach(2);
    expect(runs.due.map((due) => due.toISOString())).toEqual([
      '2026-11-21T01:00:00.000Z',
      '2026-11-21T01:00:00.000Z',
    ]);
    while ((await jobs.nextRun('daily'))!.toISOString() !== '2026-11-22T01:00:00.000Z')
      await new Promise((resolve) => setTimeout(resolve, 5));
  });

  test('stopping aborts what runs and waits for it; it runs again at the next start', async () => {
    const runs = new Runs();
    let ended = false;
    const first = await started(async (payload, signal) => {
      await runs.handler(payload);
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      await new Promise((resolve) => setTimeout(resolve, 20));
      ended = true;
      signal.throwIfAborted();
    });
    await first.enqueue('work', { n: 1 }, { key: 'k' });
    await runs.reach(1);
    await first.stop();
    expect(ended).toBe(true);
    await started(runs.handler);
    await runs.reach(2);
    expect(errors).toEqual([]);
  });

  test('jobs of one kind run side by side up to their limit, on however many instances each once', async () => {
    const seen: number[] = [];
    const done = new Runs();
    const handler = async (payload: JsonObject): Promise<void> => {
      seen.push(Number(payload['n']));
      await new Promise((resolve) => setTimeout(resolve, 5));
      await done.handler(payload);
    };
    const [first] = [await started(handler, 3), await started(handler, 3)];
    for (let n = 0; n < 24; n += 1) await first!.enqueue('work', { n });
    await done.reach(24);
    expect([...seen].sort((a, b) => a - b)).toEqual(Array.from({ length: 24 }, (_, n) => n));
  });

  test('hours are counted in product time', async () => {
    const runs = new Runs();
    const jobs = await started(runs.handler);
    await jobs.schedule('work', {}, { ...daily, schedule: 'every 6 hours' });
    const next = (await jobs.nextRun('daily'))!;
    expect(next.getTime() - clock.now().getTime()).toBeLessThan(6 * HOUR);
    expect(next.toISOString()).toBe('2026-11-20T11:00:00.000Z');
  });
}
