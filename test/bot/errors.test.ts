import { describe, expect, test } from '@jest/globals';
import type { App } from '../../bot/app.js';
import { errorView } from '../../bot/errors.js';
import type { Turn } from '../../bot/turn.js';
import { RewindError } from '../../services/model/errors.js';
import { objectId, tenantId } from '../../services/model/ids.js';
import { FakeClock } from '../fakes/fake-clock.js';

const tenant = tenantId('11111111-2222-4333-8444-555555555555');
const turn: Turn = {
  tenant,
  person: { tenant, objectId: objectId('hanna'), name: 'Hanna Berg' },
  door: 'click',
  place: 'personal',
  timeZone: 'UTC',
  reference: '4f1c9a',
};

/** What the person reads, and what the log has of it. */
function told(error: unknown): { card: string; lines: Readonly<Record<string, unknown>>[] } {
  const lines: Readonly<Record<string, unknown>>[] = [];
  const keep = (fields: Readonly<Record<string, unknown>>) => lines.push(fields);
  const app = { tenant, clock: new FakeClock(), log: { info: keep, error: keep } } as unknown as App;
  return { card: JSON.stringify(errorView(error, turn, app)), lines };
}

describe('an error that a person meets', () => {
  test('[C5] the reference on the card finds a log line that knows the cause', () => {
    const cause = new Error('socket hang up');
    const { card, lines } = told(
      new RewindError(
        'GRAPH_BAD_REQUEST',
        { what: 'update users', reason: 'no' },
        { message: 'Graph 400 Request_BadRequest (update users): no', cause },
      ),
    );
    expect(card).toContain('4f1c9a');
    expect(card).not.toContain('Request_BadRequest');
    expect(lines).toMatchObject([
      {
        ref: '4f1c9a',
        code: 'GRAPH_BAD_REQUEST',
        error: 'Graph 400 Request_BadRequest (update users): no',
        cause: { error: 'socket hang up' },
      },
    ]);
  });

  test('[C5] what nobody expected is logged whole, and told without a word of it', () => {
    const { card, lines } = told(new TypeError('x is not a function'));
    expect(card).not.toMatch(/function|TypeError/);
    expect(lines).toMatchObject([{ ref: '4f1c9a', code: 'INTERNAL', error: 'x is not a function' }]);
  });

  test('what somebody typed is not logged', () => {
    const { lines } = told(new RewindError('COMMAND_UNKNOWN', { text: 'hunter2' }));
    expect(lines).toEqual([{ ref: '4f1c9a', door: 'click', person: 'hanna', code: 'COMMAND_UNKNOWN' }]);
  });
});
