import type { JsonObject } from './json.js';

/** Durable jobs in product time; a job runs at least once, so handlers are safe to repeat. */
export interface JobQueue {
  /**
   * Declares what runs under a name; call before `start`. `due`: when it was to run (product time); the same when it is run again after
   * its process died. `lockInMs`: after so long without a sign of life another instance may take it.
   */
  define(
    name: string,
    handler: (payload: JsonObject, signal: AbortSignal, due: Date) => Promise<void>,
    options: { readonly lockInMs: number; readonly concurrency: number },
  ): void;
  /** Runs once, now or at `at` (product time). The same `key` waiting or running already: nothing is added. */
  enqueue(
    name: string,
    payload: JsonObject,
    options?: { readonly at?: Date; readonly key?: string },
  ): Promise<void>;
  /**
   * Keeps one run planned at the next instant of `schedule` ("daily at 02:00", "hourly", or cron) in `timeZone` (IANA).
   * Runs missed while nothing ran are caught up once (payload gets `catchUp: true`). The same key replaces.
   */
  schedule(
    name: string,
    payload: JsonObject,
    options: { readonly key: string; readonly schedule: string; readonly timeZone: string },
  ): Promise<void>;
  /** Next planned instant of a schedule key, product time. */
  nextRun(key: string): Promise<Date | null>;
  start(): Promise<void>;
  /** Waits for running handlers (their signal is aborted first) and disconnects. */
  stop(): Promise<void>;
}

/** Fenced leases (machine time: they guard processes, not days). */
export interface Leases {
  /** null = somebody else holds it. The fence rises with every acquisition and is checked by commits. */
  acquire(name: string, holder: string, ttlInMs: number): Promise<{ readonly fence: number } | null>;
  /** Whether somebody holds it now; only good for telling a person. */
  held(name: string): Promise<boolean>;
  /** false = lost; stop at once. */
  renew(name: string, holder: string, fence: number, ttlInMs: number): Promise<boolean>;
  release(name: string, holder: string, fence: number): Promise<void>;
}
