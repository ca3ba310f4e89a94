import { describe, expect, test } from '@jest/globals';
import { digestView } from '../../cards/index.js';
import type { SnapshotHeader } from '../../services/model/history.js';
import { ctx, header } from '../golden/story.js';

const told = (...headers: readonly Partial<SnapshotHeader>[]): string =>
  JSON.stringify(
    digestView({ headers: headers.map((one) => ({ ...header, ...one })), tenantName: 'Contoso' }, ctx()).data,
  );

describe('[N1] the digest of a day', () => {
  test('calls the day usual while little changed', () => {
    expect(told({ previous: 14 })).toContain('14 changes · nothing unusual');
  });

  test('does not call it usual when one snapshot found much changed', () => {
    const amok = told(
      { previous: 14, changes: { user: 38, member: 31 } },
      { seq: 16, previous: 15, changes: {} },
    );
    expect(amok).toContain('69 changes · many at once');
    expect(amok).not.toContain('nothing unusual');
  });

  test('sees nothing unusual in many small changes, in a first snapshot, and in a share of a large tenant', () => {
    expect(told(...[15, 16, 17].map((seq) => ({ seq, previous: seq - 1, changes: { user: 18 } })))).toContain(
      '54 changes · nothing unusual',
    );
    expect(told({ seq: 1, changes: { user: 120 } })).toContain('nothing unusual');
    expect(told({ previous: 14, counts: { user: 10_000 }, changes: { user: 400 } })).toContain(
      'nothing unusual',
    );
  });
});
