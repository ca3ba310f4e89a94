import type { JobQueue, Leases } from '../../services/model/jobs.js';
import type { JsonObject } from '../../services/model/json.js';
import type { Effects } from './kill-switch.js';

type Handler = Parameters<JobQueue['define']>[1];

/** Jobs that wait until a test drains them; same key waiting = one job. Times are ignored: everything is due. */
export class FakeJobs implements JobQueue {
  readonly waiting: { readonly name: string; readonly payload: JsonObject; readonly key?: string }[] = [];
  private readonly handlers = new Map<string, Handler>();

  constructor(private readonly effects?: Effects) {}

  define(name: string, handler: Handler): void {
    this.handlers.set(name, handler);
  }
  async enqueue(name: string, payload: JsonObject, options: { readonly key?: string } = {}): Promise<void> {
    const add = (): void => {
      if (options.key && this.waiting.some(({ key }) => key === options.key)) return;
      this.waiting.push({ name, payload, ...(options.key ? { key: options.key } : {}) });
    };
    return this.effects ? this.effects.around('jobs.enqueue', add) : add();
  }
  schedule(): Promise<void> {
    return Promise.resolve();
  }
  nextRun(): Promise<Date | null> {
    return Promise.resolve(null);
  }
  start(): Promise<void> {
    return Promise.resolve();
  }
  stop(): Promise<void> {
    return Promise.resolve();
  }

  /** Runs what waits until nothing does (bounded, so that a job that re-enqueues itself for ever fails the test). */
  async drain(signal: AbortSignal = new AbortController().signal): Promise<void> {
    for (let runs = 0; this.waiting.length > 0; runs += 1) {
      if (runs > 500) throw new TypeError('jobs keep coming');
      const job = this.waiting.shift()!;
      await this.handlers.get(job.name)!(job.payload, signal, new Date(0));
    }
  }
}

/** Fenced leases in memory; `expire` is what time does to a dead holder's. */
export class FakeLeases implements Leases {
  private readonly holders = new Map<string, { holder: string; fence: number }>();
  private fence = 0;

  acquire(name: string, holder: string): Promise<{ readonly fence: number } | null> {
    if (this.holders.has(name)) return Promise.resolve(null);
    this.fence += 1;
    this.holders.set(name, { holder, fence: this.fence });
    return Promise.resolve({ fence: this.fence });
  }
  held(name: string): Promise<boolean> {
    return Promise.resolve(this.holders.has(name));
  }
  renew(name: string, holder: string, fence: number): Promise<boolean> {
    const lease = this.holders.get(name);
    return Promise.resolve(lease?.holder === holder && lease.fence === fence);
  }
  release(name: string, holder: string, fence: number): Promise<void> {
    const lease = this.holders.get(name);
    if (lease?.holder === holder && lease.fence === fence) this.holders.delete(name);
    return Promise.resolve();
  }
  expire(): void {
    this.holders.clear();
  }
}
