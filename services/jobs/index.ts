import { Agenda, InMemoryNotificationChannel, toJobId } from 'agenda';
import type { Job, JobNotification } from 'agenda';
import { MongoBackend } from '@agendajs/mongo-backend';
import { ObjectId } from 'mongodb';
import type { Db } from 'mongodb';
import type { Clock } from '../model/clock.js';
import { isRewindError } from '../model/errors.js';
import type { JobQueue } from '../model/jobs.js';
import type { Log } from '../model/log.js';
import { patiently } from '../model/patience.js';
import { JOBS_COLLECTION, jobsOf } from './job-documents.js';
import type { JobData } from './job-documents.js';
import { checkZone, nextRunAfter } from './schedule.js';

export interface JobQueueDependencies {
  readonly mongo: Db;
  readonly clock: Clock;
  readonly log: Log;
  /** Machine time between two looks at the database; jobs that this process adds itself start at once. Default 1 s. */
  readonly processEveryInMs?: number;
  /** No other process can be at this database (the embedded store): what is locked at the start was left by a crash. */
  readonly alone?: boolean;
}

/** Wakes the workers of this process when it adds a job; before the start and after the end there are none to wake. */
class LocalNews extends InMemoryNotificationChannel {
  override async publish(news: JobNotification): Promise<void> {
    if (this.state === 'connected') await super.publish(news);
  }
  override async publishState(): Promise<void> {}
}

type Handler = Parameters<JobQueue['define']>[1];

/** A scheduled run that begins later than this was missed. */
const LATE_IN_MS = 2 * 60 * 1000;
/** A run that the database's absence ended comes again so soon after it is back, then twice as late each time (machine time). */
const AGAIN_IN_MS = 2_000;
const AGAIN_AT_LATEST_IN_MS = 5 * 60 * 1000;
/** Half an hour, all in all. */
const TRIES_AT_MOST = 12;

/**
 * Durable jobs on Agenda, which knows machine time only: each job is one Agenda job whose `nextRunAt` is its due instant translated
 * by the clock's offset, dated anew when the offset jumps (design §8). A scheduled job is given its next date when its run is over,
 * so it never runs twice at once, and what was missed is caught up once.
 */
export function createJobQueue({
  mongo,
  clock,
  log,
  processEveryInMs = 1000,
  alone = false,
}: JobQueueDependencies): JobQueue {
  const jobs = jobsOf(mongo);
  const news = new LocalNews();
  const agenda = new Agenda({
    backend: new MongoBackend({ mongo, collection: JOBS_COLLECTION }),
    processEvery: processEveryInMs,
    notificationChannel: news,
  });
  let stopping = new AbortController();
  const complain = (error: unknown): void => {
    // Agenda does not wait for its own last look at the queue, which then finds the database closed.
    if (stopping.signal.aborted)
      log.debug({ error: String(error) }, 'the job queue was asked while it ended');
    else log.error({ error: String(error) }, 'the job queue met an error');
  };
  agenda.on('error', complain);
  agenda.on('fail', complain);

  const running = new Set<string>();
  let idle: (() => void) | undefined;
  agenda.on('start', (job) => running.add(idOf(job)));
  agenda.on('complete', (job) => {
    running.delete(idOf(job));
    if (running.size === 0) idle?.();
    // Agenda stores its own copy of a job when the handler is through; a jump of the clock meanwhile left that copy with an old date.
    if (unsubscribe) redateOrLog();
  });
  let unsubscribe: (() => void) | undefined;

  const toMachine = (due: Date): Date => new Date(due.getTime() - clock.offsetInMs());

  /** The jobs that this process knows: Agenda's index begins with their names, so that none of these looks reads the whole collection. */
  const ours = (): { name: { $in: string[] } } => ({ name: { $in: Object.keys(agenda.definitions) } });

  /** Moves everything that waits to its place in machine time. What runs, or is about to, is left alone. */
  async function redate(): Promise<void> {
    for await (const { _id, name, data, nextRunAt } of jobs.find({ ...ours(), lockedAt: null })) {
      // One that waits for the database waits in machine time.
      if (!nextRunAt || data.tries !== undefined) continue;
      const at = toMachine(new Date(data.dueAt));
      if (at.getTime() === nextRunAt.getTime()) continue;
      await jobs.updateOne({ _id, lockedAt: null }, { $set: { nextRunAt: at } });
      // Due already: begun now, and not when the workers look the next time.
      if (Date.parse(data.dueAt) <= clock.now().getTime())
        await news.publish({
          jobId: toJobId(_id.toHexString()),
          jobName: name,
          nextRunAt: at,
          priority: 0,
          timestamp: toMachine(clock.now()),
        });
    }
  }

  /** What a crash left locked runs again at once; it would otherwise wait until its lock is too old. */
  async function unlockAll(): Promise<void> {
    for await (const { _id, data } of jobs.find({ ...ours(), lockedAt: { $ne: null } }))
      await jobs.updateOne({ _id }, { $set: { lockedAt: null, nextRunAt: toMachine(new Date(data.dueAt)) } });
  }

  /** The end of whatever redating is under way, one after another. */
  let redated: Promise<void> = Promise.resolve();
  function redateOrLog(): void {
    redated = redated
      .then(redate)
      .catch((error: unknown) => log.error({ error: String(error) }, 'could not date the jobs anew'));
  }

  /** Runs one Agenda job. Everything that must be stored is stored before this returns; it throws only when the database is away for long. */
  async function run(name: string, handler: Handler, lockInMs: number, job: Job<JobData>): Promise<void> {
    const { signal } = stopping;
    const _id = new ObjectId(idOf(job));
    const data = job.attrs.data;
    const begunAt = clock.now();
    if (data.schedule !== undefined && Date.parse(data.dueAt) > begunAt.getTime()) {
      // Dated anew while it was already on its way.
      await comeAgain(job, _id, begunAt);
      return;
    }
    const missed = data.schedule !== undefined && begunAt.getTime() - Date.parse(data.dueAt) > LATE_IN_MS;
    const keepAlive = touchEvery(job, lockInMs / 3, log);
    let storeWasAway = false;
    try {
      const payload = missed ? { ...data.payload, catchUp: true } : data.payload;
      await handler(payload, signal, new Date(data.dueAt));
    } catch (error) {
      storeWasAway = isRewindError(error, 'STORE_UNREACHABLE') && (data.tries ?? 0) < TRIES_AT_MOST;
      if (signal.aborted)
        log.info({ job: name, key: data.key }, 'a job was interrupted; it runs again at the next start');
      else if (storeWasAway)
        log.warn({ job: name, key: data.key }, 'a job failed for want of the database; it runs again');
      else log.error({ job: name, key: data.key, error: String(error) }, 'a job failed');
    } finally {
      await keepAlive.end();
    }
    const end = (): Promise<unknown> => {
      if (storeWasAway && !signal.aborted) return again(job, _id);
      if (data.schedule !== undefined) return comeAgain(job, _id, begunAt);
      return signal.aborted ? wait(job, _id, new Date(data.dueAt)) : jobs.deleteOne({ _id });
    };
    // Unheard, the job would stay locked until its lock is too old. Here errors are the driver's own.
    await patiently(end, { forInMs: lockInMs, signal, whileIt: () => true });
  }

  /** Once more, soon, with the same due instant, by which the handler knows what it has done already. */
  async function again(job: Job<JobData>, _id: ObjectId): Promise<void> {
    const tries = (job.attrs.data.tries ?? 0) + 1;
    const waitInMs = Math.min(AGAIN_AT_LATEST_IN_MS, AGAIN_IN_MS * 2 ** (tries - 1));
    const nextRunAt = new Date(toMachine(clock.now()).getTime() + waitInMs);
    await jobs.updateOne({ _id }, { $set: { 'data.tries': tries, nextRunAt } });
    job.attrs.nextRunAt = nextRunAt;
  }

  /**
   * Dates a scheduled job's next run by its newest schedule: the first instant after this run began, so that it stands for all that
   * were due until then, and for none that fell due meanwhile.
   */
  async function comeAgain(job: Job<JobData>, _id: ObjectId, begunAt: Date): Promise<void> {
    const stored = await jobs.findOne({ _id });
    const data = stored?.data ?? job.attrs.data;
    const due =
      Date.parse(data.dueAt) > begunAt.getTime()
        ? new Date(data.dueAt)
        : nextRunAfter(data.schedule ?? 'daily', data.timeZone ?? 'UTC', begunAt);
    await wait(job, _id, due);
  }

  async function wait(job: Job<JobData>, _id: ObjectId, due: Date): Promise<void> {
    const nextRunAt = toMachine(due);
    await jobs.updateOne(
      { _id },
      { $set: { 'data.dueAt': due.toISOString(), nextRunAt }, $unset: { 'data.tries': true } },
    );
    // Agenda stores its own copy once more when the handler is through.
    job.attrs.nextRunAt = nextRunAt;
  }

  async function add(name: string, data: JobData): Promise<void> {
    await agenda
      .create(name, data)
      .unique({ 'data.key': data.key }, { insertOnly: true })
      .schedule(toMachine(new Date(data.dueAt)))
      .save();
  }

  return {
    define(name, handler, { lockInMs, concurrency }) {
      agenda.define<JobData>(name, (job) => run(name, handler, lockInMs, job), {
        lockLifetime: lockInMs,
        concurrency,
        // Locks nothing that it cannot begin at once, so that another instance can.
        lockLimit: concurrency,
      });
    },

    async enqueue(name, payload, { at, key = new ObjectId().toHexString() } = {}) {
      await add(name, { key, payload, dueAt: (at ?? clock.now()).toISOString() });
    },

    async schedule(name, payload, { key, schedule, timeZone }) {
      const dueAt = nextRunAfter(schedule, checkZone(timeZone), clock.now()).toISOString();
      const wanted: JobData = { key, payload, dueAt, schedule, timeZone };
      const stored = await jobs.findOne({ name, 'data.key': key });
      if (!stored) return add(name, wanted);
      const same = stored.data.schedule === schedule && stored.data.timeZone === timeZone;
      // The same schedule keeps its date, so that a run missed while nothing ran is caught up.
      const data = same ? { ...wanted, dueAt: stored.data.dueAt } : wanted;
      await jobs.updateOne({ _id: stored._id }, { $set: { data } });
      await jobs.updateOne(
        { _id: stored._id, lockedAt: null },
        { $set: { nextRunAt: toMachine(new Date(data.dueAt)) } },
      );
    },

    async nextRun(key) {
      const stored = await jobs.findOne({ ...ours(), 'data.key': key });
      return stored ? new Date(stored.data.dueAt) : null;
    },

    async start() {
      stopping = new AbortController();
      await agenda.ready;
      if (alone) await unlockAll();
      await redate();
      unsubscribe = clock.onJump(redateOrLog);
      await agenda.start();
    },

    async stop() {
      unsubscribe?.();
      unsubscribe = undefined;
      stopping.abort();
      await redated;
      await agenda.stop(false);
      if (running.size > 0) await new Promise<void>((resolve) => (idle = resolve));
    },
  };
}

const idOf = (job: { attrs: { _id?: unknown } } | { jobId: string }): string =>
  'attrs' in job ? String(job.attrs._id) : job.jobId;

/** Tells the database that a job is alive. `end` waits for a touch under way, which would lock the job again after its end. */
function touchEvery(job: Job<JobData>, everyInMs: number, log: Log): { end(): Promise<void> } {
  let touch: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    touch = touch
      .then(() => job.touch())
      .catch((error: unknown) => log.warn({ error: String(error) }, 'could not renew a job'));
  }, everyInMs);
  timer.unref();
  return {
    end() {
      clearInterval(timer);
      return touch;
    },
  };
}
