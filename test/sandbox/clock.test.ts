import { describe, expect, test } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClock } from '../../sandbox/clock.js';
import { advance, advanceBody } from '../../sandbox/control/advance.js';
import { storyBegin, storyDay } from '../../sandbox/options.js';

const MACHINE = Date.UTC(2026, 10, 21, 9, 0, 0);

describe('the sandbox clock', () => {
  test('begins where it is told, keeps its offset over a restart, and ignores another beginning then', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'clock-'));
    try {
      const startAt = new Date(MACHINE - 86_400_000);
      const first = createClock({ dataDir, startAt, machine: () => MACHINE });
      expect(first.now()).toEqual(startAt);
      expect(first.offsetInMs()).toBe(-86_400_000);
      await first.moveTo(new Date(MACHINE + 5000));
      const second = createClock({ dataDir, startAt, machine: () => MACHINE + 60_000 });
      expect(second.offsetInMs()).toBe(5000);
      expect(second.now()).toEqual(new Date(MACHINE + 65_000));
      expect(statSync(join(dataDir, 'clock.json')).mode & 0o777).toBe(0o600);
    } finally {
      rmSync(dataDir, { recursive: true });
    }
  });

  test('a damaged file is said, not replaced', () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'clock-'));
    writeFileSync(join(dataDir, 'clock.json'), '{"offsetInMs":"soon"}');
    expect(() => createClock({ dataDir })).toThrow(/damaged/);
    expect(readFileSync(join(dataDir, 'clock.json'), 'utf8')).toContain('soon');
    rmSync(dataDir, { recursive: true });
  });

  test('moves forward only', async () => {
    const clock = createClock({ dataDir: null, machine: () => MACHINE });
    await clock.moveTo(new Date(MACHINE + 1000));
    await expect(clock.moveTo(new Date(MACHINE))).rejects.toThrow(/forward only/);
    await expect(clock.moveTo(new Date(Number.NaN))).rejects.toThrow(RangeError);
    expect(clock.offsetInMs()).toBe(1000);
  });

  test('runs its listeners in order, each to its end, before the move resolves; moves wait for each other', async () => {
    const clock = createClock({ dataDir: null, machine: () => MACHINE });
    const heard: string[] = [];
    clock.onMove(async (now) => {
      await Promise.resolve();
      await Promise.resolve();
      heard.push(`slow ${now.getTime() - MACHINE}`);
    });
    const leave = clock.onMove((now) => void heard.push(`quick ${now.getTime() - MACHINE}`));
    await Promise.all([clock.moveTo(new Date(MACHINE + 1)), clock.moveTo(new Date(MACHINE + 2))]);
    expect(heard).toEqual(['slow 1', 'quick 1', 'slow 2', 'quick 2']);
    leave();
    await clock.tick();
    expect(heard.slice(4)).toEqual(['slow 2']);
  });

  test('a listener that fails is told to whoever moved, and the clock goes on', async () => {
    const clock = createClock({ dataDir: null, machine: () => MACHINE });
    const leave = clock.onMove(() => {
      throw new Error('event 7');
    });
    await expect(clock.moveTo(new Date(MACHINE + 1))).rejects.toThrow('event 7');
    leave();
    await clock.moveTo(new Date(MACHINE + 2));
    expect(clock.offsetInMs()).toBe(2);
  });
});

describe('how far to advance', () => {
  test.each([
    [{ by: '90s' }, 90_000],
    [{ by: '15m' }, 900_000],
    [{ by: '1h' }, 3_600_000],
    [{ by: '1d' }, 86_400_000],
    [{ by: '1.5h' }, 5_400_000],
    [{ by: '2500' }, 2500],
    [{ by: 2500 }, 2500],
    [{ to: '2026-11-21T11:00:00+01:00' }, 3_600_000],
  ])('%j', async (body, ms) => {
    const clock = createClock({ dataDir: null, machine: () => MACHINE });
    await advance(clock, advanceBody.parse(body));
    expect(clock.now().getTime() - MACHINE).toBe(ms);
  });

  test('spans add up, also when they are asked for at once', async () => {
    const clock = createClock({ dataDir: null, machine: () => MACHINE });
    await Promise.all([1, 2, 3].map(() => advance(clock, { by: '1h' })));
    expect(clock.offsetInMs()).toBe(3 * 3_600_000);
  });

  test.each([{ by: 'tomorrow' }, { by: '-1h' }, { by: -5 }, { to: 'noon' }, {}, { by: '1h', to: 'x' }])(
    'refuses %j',
    (body) => {
      expect(advanceBody.safeParse(body).success).toBe(false);
    },
  );
});

describe('the story’s beginning', () => {
  test('is half past one in Berlin, fourteen days before its day, in summer time and winter time', () => {
    const machine = new Date('2026-11-21T23:30:00Z');
    expect(storyBegin(storyDay('2026-11-21', machine)).toISOString()).toBe('2026-11-07T00:30:00.000Z');
    // The clocks went back on 25 October: summer time before it.
    expect(storyBegin(storyDay('2026-10-30', machine)).toISOString()).toBe('2026-10-15T23:30:00.000Z');
    expect(storyDay(undefined, machine).toISODate()).toBe('2026-11-22');
  });
});
