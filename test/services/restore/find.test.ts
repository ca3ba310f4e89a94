import { describe, expect, test } from '@jest/globals';
import { contoso, TENANT } from './world.js';

describe('candidates', () => {
  test('[C1] several match: deleted ones first; one exact key comes alone', async () => {
    const world = contoso();
    const found = await world.service.candidates(TENANT, 'user', 'alice');
    expect(found.map(({ object, state }) => [object.name, state])).toEqual([
      ['Alice Moreau', 'softDeleted'],
      ['Alice Chen', 'live'],
    ]);
    expect(found[0]).toMatchObject({ hint: 'Finance', purgeAt: '2026-12-21T08:50:00.000Z' });
    expect(found[1]).toMatchObject({ changedSinceNewest: false });
    const exact = await world.service.candidates(TENANT, null, 'Alice.Moreau@contoso.example');
    expect(exact.map(({ object }) => object.name)).toEqual(['Alice Moreau']);
  });

  test('[C1] a whole word of the name comes before a part of one, also of somebody who is gone', async () => {
    const world = contoso();
    world.user('Emil Eriksen');
    const found = await world.service.candidates(TENANT, 'user', 'erik');
    expect(found.map(({ object, state }) => [object.name, state])).toEqual([
      ['Erik Sand', 'gone'],
      ['Emil Eriksen', 'live'],
    ]);
  });

  test('a purged object is found in history, with the last point that holds it', async () => {
    const [erik] = await contoso().service.candidates(TENANT, 'user', 'erik sand');
    expect(erik).toMatchObject({ state: 'gone', lastSeen: { seq: 1 } });
  });
});
