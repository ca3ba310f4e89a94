import { describe, expect, test } from '@jest/globals';
import { contoso, TENANT } from './world.js';

describe('restore points', () => {
  test('[R2] a point that lacks the object is refused with the nearest that hold it', async () => {
    const world = contoso();
    await expect(world.open('Erik Sand', 2)).rejects.toMatchObject({
      code: 'POINT_LACKS_OBJECT',
      details: { nearest: 'Fri 20 Nov, 02:00 (snapshot 1)' },
    });
  });

  test('the picker lists distinct versions only, newest first, with what changed', async () => {
    const world = contoso();
    world.history.take('2026-11-21T09:00:00.000Z');
    const points = await world.service.distinctPoints(TENANT, world.nameOf('Alice Moreau'));
    expect(points.map(({ point, what }) => [point.seq, what])).toEqual([
      [2, ['joined Project X']],
      [1, ['first seen']],
    ]);
  });
});
