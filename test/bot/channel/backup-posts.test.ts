import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { backupPosts, type BackupEvent } from '../../../bot/channel/backup-posts.js';
import type { SnapshotHeader } from '../../../services/model/history.js';
import { tenantId } from '../../../services/model/ids.js';

const TENANT = tenantId('11111111-1111-4111-8111-111111111111');
const ZONE = 'Europe/Berlin';
const NOBODY: ReadonlySet<string> = new Set();

const snapshot = (seq: number, finishedAt: string, ...partialReasons: string[]): BackupEvent => ({
  header: {
    tenant: TENANT,
    seq,
    startedAt: finishedAt,
    finishedAt,
    status: partialReasons.length > 0 ? 'partial' : 'complete',
    partialReasons,
  } as unknown as SnapshotHeader,
});
const failure = (id: string, at: string, code = 'GRAPH_UNREACHABLE'): BackupEvent => ({
  failure: { tenant: TENANT, id, rev: 1, at, code, text: '', hint: '' },
});
const hour = (n: number, day = 21): string => new Date(Date.UTC(2026, 10, day, n)).toISOString();

const outline = (events: readonly BackupEvent[], lost = NOBODY) =>
  backupPosts(events, ZONE, lost).map(({ subject, kind, headers, failures, after }) => [
    subject,
    kind,
    headers.length + failures.length,
    after?.subject ?? null,
  ]);

describe('[N1] a digest, not a stream', () => {
  test('an hourly schedule makes one card a day in the tenant’s zone, while all is well', () => {
    const events = Array.from({ length: 48 }, (_, n) => snapshot(n + 1, hour(n, 20)));
    // Berlin is an hour ahead: its day begins at 23:00 UTC.
    expect(outline(events)).toEqual([
      ['backup:1', 'complete', 23, null],
      ['backup:24', 'complete', 24, null],
      ['backup:48', 'complete', 1, null],
    ]);
  });

  test('trouble is told at once, the same trouble once a day, another one anew, and that it is well again', () => {
    const events = [
      snapshot(1, hour(0)),
      failure('a', hour(1)),
      failure('b', hour(2)),
      failure('c', hour(3), 'GRAPH_AUTH'),
      snapshot(2, hour(4), 'The groups were not read whole'),
      snapshot(3, hour(5), 'The groups were not read whole'),
      snapshot(4, hour(6), 'The users were not read whole'),
      snapshot(5, hour(7)),
      snapshot(6, hour(8)),
    ];
    expect(outline(events)).toEqual([
      ['backup:1', 'complete', 1, null],
      ['backup:failed:a', 'failed', 2, null],
      ['backup:failed:c', 'failed', 1, 'backup:failed:a'],
      ['backup:2', 'partial', 2, 'backup:failed:c'],
      ['backup:4', 'partial', 1, 'backup:2'],
      ['backup:5', 'complete', 2, 'backup:4'],
    ]);
  });

  test('trouble that lasts is told once a day', () => {
    const events = [
      failure('a', hour(20)),
      failure('b', hour(22)),
      failure('c', hour(23)),
      failure('d', hour(1, 22)),
    ];
    expect(outline(events).map(([subject]) => subject)).toEqual(['backup:failed:a', 'backup:failed:c']);
  });

  test('a digest that may never have come is not gone on with: the next snapshot makes a card of its own', () => {
    const events = [snapshot(1, hour(0)), snapshot(2, hour(1)), snapshot(3, hour(2))];
    expect(outline(events, new Set(['backup:1']))).toEqual([
      ['backup:1', 'complete', 1, null],
      ['backup:2', 'complete', 2, null],
    ]);
  });

  test('whatever comes: each event is told by exactly one card, and telling more of them moves none', () => {
    const any = fc.constantFrom('complete', 'partial', 'failed', 'gap');
    fc.assert(
      fc.property(fc.array(any, { maxLength: 60 }), (kinds) => {
        let at = Date.parse(hour(0));
        const events = kinds.flatMap((kind, n): BackupEvent[] => {
          at += kind === 'gap' ? 9 * 3_600_000 : 1_800_000;
          const iso = new Date(at).toISOString();
          if (kind === 'gap') return [];
          return [
            kind === 'failed'
              ? failure(`f${n}`, iso)
              : snapshot(n + 1, iso, ...(kind === 'partial' ? ['x'] : [])),
          ];
        });
        const whole = backupPosts(events, ZONE, NOBODY);
        expect(whole.flatMap(({ headers, failures }) => [...headers, ...failures])).toHaveLength(
          events.length,
        );
        expect(new Set(whole.map(({ subject }) => subject)).size).toBe(whole.length);
        for (let upTo = 0; upTo <= events.length; upTo += 1) {
          const part = backupPosts(events.slice(0, upTo), ZONE, NOBODY).map(({ subject }) => subject);
          expect(whole.slice(0, part.length).map(({ subject }) => subject)).toEqual(part);
        }
      }),
    );
  });
});
