import type { Clock } from '../../services/model/clock.js';

/** A clock that only moves when told; whoever sleeps is woken by letting time pass at once. */
export class FakeClock implements Clock {
  private current: number;
  private readonly listeners = new Set<() => void>();
  /** Milliseconds that were slept, in order. */
  readonly slept: number[] = [];

  constructor(start = '2026-11-21T08:50:00.000Z') {
    this.current = Date.parse(start);
  }

  now(): Date {
    return new Date(this.current);
  }

  async sleep(delayInMs: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    this.slept.push(delayInMs);
    this.current += delayInMs;
    await Promise.resolve();
  }

  offsetInMs(): number {
    return 0;
  }

  onJump(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  advance(byInMs: number): void {
    this.current += byInMs;
    for (const listener of this.listeners) listener();
  }
}
