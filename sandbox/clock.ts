/**
 * The sandbox's clock: machine time plus an offset that is kept in the data folder.
 * Tokens and certificates do not use it; they live in machine time.
 */
import { join } from 'node:path';
import { z } from 'zod';
import type { SandboxClock } from './types.js';
import { readState, writeState } from './state-dir.js';

const kept = z.object({ offsetInMs: z.number().int() });

export interface ClockOptions {
  /** Folder for clock.json; null keeps the offset in memory only. */
  readonly dataDir: string | null;
  /** Where a new folder's clock begins; machine time by default. Ignored when the folder holds an offset. */
  readonly startAt?: Date;
  /** Machine time in ms since 1970; tests replace it. */
  readonly machine?: () => number;
}

export interface RunningClock extends SandboxClock {
  /** Moves by exactly this span, counted from where earlier moves in the queue end. */
  moveBy(ms: number): Promise<void>;
  /**
   * Runs the `onMove` listeners with the present time, without moving anything: for what falls due because
   * machine time went on by itself.
   */
  tick(): Promise<void>;
}

/**
 * Moves and ticks are taken one after the other. The new offset is kept before the listeners run: whoever
 * was interrupted in a listener finds the new time at its next start and catches up.
 * A listener must not await `moveTo` or `tick` itself.
 */
export function createClock(options: ClockOptions): RunningClock {
  const machine = options.machine ?? (() => Date.now());
  const file = options.dataDir === null ? null : join(options.dataDir, 'clock.json');
  const listeners: ((now: Date) => void | Promise<void>)[] = [];
  let offset = 0;
  let turn: Promise<void> = Promise.resolve();

  const keep = (offsetInMs: number): void => {
    offset = Math.round(offsetInMs);
    if (file !== null) writeState(file, { offsetInMs: offset });
  };
  const known = file === null ? undefined : readState(file, kept);
  if (known !== undefined) offset = known.offsetInMs;
  else keep(options.startAt === undefined ? 0 : options.startAt.getTime() - machine());

  const now = (): Date => new Date(machine() + offset);
  const notify = async (): Promise<void> => {
    const instant = now();
    for (const listener of [...listeners]) await listener(instant);
  };
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    const mine = turn.then(work);
    turn = mine.catch(() => undefined);
    return mine;
  };

  return {
    now,
    offsetInMs: () => offset,
    moveTo: (instant) =>
      inTurn(async () => {
        const wanted = instant.getTime() - machine();
        if (Number.isNaN(wanted)) throw new RangeError('The clock can only be moved to a real instant.');
        if (wanted < offset) {
          throw new RangeError(
            `The sandbox clock moves forward only; it already stands at ${now().toISOString()}.`,
          );
        }
        keep(wanted);
        await notify();
      }),
    moveBy: (ms) =>
      inTurn(async () => {
        if (!(ms >= 0)) throw new RangeError('The sandbox clock moves forward only.');
        keep(offset + ms);
        await notify();
      }),
    onMove(listener) {
      listeners.push(listener);
      return () => {
        const at = listeners.indexOf(listener);
        if (at >= 0) listeners.splice(at, 1);
      };
    },
    tick: () => inTurn(notify),
  };
}
