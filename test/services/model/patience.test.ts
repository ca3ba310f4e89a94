import { describe, expect, test } from '@jest/globals';
import { RewindError } from '../../../services/model/errors.js';
import { breathe, patiently } from '../../../services/model/patience.js';

const away = (): RewindError => new RewindError('STORE_UNREACHABLE');

describe('what a database that is away is told', () => {
  test('it is tried until it works, and the loop lets everything else go on', async () => {
    let tries = 0;
    let others = 0;
    const ticking = setInterval(() => (others += 1), 1);
    const answer = await patiently(
      () => ((tries += 1) < 3 ? Promise.reject(away()) : Promise.resolve('heard')),
      { forInMs: 60_000 },
    );
    clearInterval(ticking);
    expect([answer, tries]).toEqual(['heard', 3]);
    expect(others).toBeGreaterThan(2);
  });

  test('it ends: after its time, when the process goes down, and at once with what waiting does not cure', async () => {
    await expect(patiently(() => Promise.reject(away()), { forInMs: 150 })).rejects.toMatchObject({
      code: 'STORE_UNREACHABLE',
    });
    const down = new AbortController();
    let tries = 0;
    const going = patiently(() => ((tries += 1), Promise.reject(away())), {
      forInMs: 600_000,
      signal: down.signal,
    });
    down.abort();
    await expect(going).rejects.toMatchObject({ code: 'STORE_UNREACHABLE' });
    expect(tries).toBeLessThanOrEqual(2);
    await expect(
      patiently(() => Promise.reject(new RewindError('CARD_OLD')), { forInMs: 600_000 }),
    ).rejects.toMatchObject({ code: 'CARD_OLD' });
  });

  test('whoever keeps losing a race gives the others room', async () => {
    let others = 0;
    const ticking = setInterval(() => (others += 1), 1);
    for (let lost = 1; lost <= 8; lost += 1) await breathe(lost);
    clearInterval(ticking);
    expect(others).toBeGreaterThan(0);
  });
});
