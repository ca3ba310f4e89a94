import { beforeEach, describe, expect, test } from '@jest/globals';
import { catalog } from '../../../services/catalog/index.js';
import type { WantedObject } from '../../../services/model/history.js';
import { objectId } from '../../../services/model/ids.js';
import { changesBetween } from '../../../services/snapshots/changes-between.js';
import { compareObject } from '../../../services/snapshots/compare-object.js';
import { createHistory } from '../../../services/store/history/index.js';
import type { History } from '../../../services/store/history/index.js';
import { memoryDb } from '../../fakes/memory-db.js';
import { TENANT, deleted, member, snapshot, user } from '../store/history/facts.js';

const group = (name: string): WantedObject => ({ ...user(name), type: 'group' });

describe('comparing', () => {
  let history: History;
  const compare = (name: string, from: number, to: number) =>
    compareObject({ history, catalog }, TENANT, objectId(name), from, to);
  const changes = (from: number, to: number) => changesBetween({ history, catalog }, TENANT, from, to);

  beforeEach(async () => {
    history = createHistory(memoryDb());
    await snapshot(
      history,
      async (run) => {
        await run.putObjects([
          user('Alice', { department: 'Sales', city: null }),
          user('Bob'),
          group('Project X'),
          group('Finance'),
        ]);
        await run.putLinks([
          member('Project X', 'Alice'),
          member('Finance', 'Alice'),
          member('Finance', 'Bob'),
        ]);
      },
      { at: '2026-11-20T01:00:00.000Z' },
    );
    await snapshot(
      history,
      async (run) => {
        await run.putObjects([
          user('Alice', { department: 'TBD', city: null, lastPasswordChangeDateTime: 'x' }),
          user('Carol'),
        ]);
        await run.putLinks([
          member('Finance', 'Alice', 'gone'),
          member('Finance', 'Bob', 'gone'),
          member('Project X', 'Carol'),
        ]);
      },
      { at: '2026-11-21T01:00:00.000Z' },
    );
    await snapshot(
      history,
      async (run) => {
        await run.putObjects([deleted('Alice')]);
        await run.removeObjects([objectId('Bob')]);
        await run.putLinks([member('Project X', 'Alice', 'latent')]);
      },
      { at: '2026-11-21T06:00:00.000Z' },
    );
  });

  test('[F4] one object at two times: values that differ, values that do not, links gained and lost', async () => {
    const result = await compare('Alice', 1, 2);
    expect(result).toMatchObject({ object: { name: 'Alice', type: 'user' }, before: 'live', after: 'live' });
    expect(result.properties.filter(({ same }) => !same)).toEqual([
      { name: 'department', label: 'Department', before: 'Sales', after: 'TBD', same: false },
    ]);
    expect(result.properties.map(({ name }) => name)).toContain('displayName');
    expect(result.properties.map(({ name }) => name)).not.toContain('lastPasswordChangeDateTime');
    expect(result.links.map(({ label, end, other, change }) => [label, end, other.name, change])).toEqual([
      ['Memberships', 'target', 'Project X', 'same'],
      ['Memberships', 'target', 'Finance', 'removed'],
    ]);
  });

  test('a deleted object says so, and its links are hidden, not removed', async () => {
    const result = await compare('Alice', 2, 3);
    expect(result).toMatchObject({ before: 'live', after: 'softDeleted' });
    expect(result.links.map(({ change }) => change)).toEqual(['hidden']);
  });

  test('an object that was not there yet, and one that is no more', async () => {
    expect(await compare('Carol', 1, 2)).toMatchObject({ before: 'missing', after: 'live' });
    expect(await compare('Bob', 1, 3)).toMatchObject({ before: 'live', after: 'missing' });
    await expect(compare('Carol', 1, 1)).rejects.toMatchObject({ code: 'OBJECT_NOT_FOUND' });
  });

  test('[R10] a recreated object is compared with what it was under its old ID', async () => {
    await history.recordMapping({
      tenant: TENANT,
      type: 'user',
      oldId: objectId('Alice'),
      newId: objectId('Alice 2'),
      at: '2026-11-21T08:00:00.000Z',
      requestId: 'r',
    });
    await snapshot(history, async (run) => {
      await run.putObjects([{ ...user('Alice', { department: 'Sales' }), objectId: objectId('Alice 2') }]);
      await run.putLinks([member('Project X', 'Alice 2')]);
    });
    const result = await compare('Alice 2', 1, 4);
    expect(result).toMatchObject({ before: 'live', after: 'live' });
    expect(result.properties.every(({ same }) => same)).toBe(true);
    expect(result.links.map(({ other, change }) => [other.name, change])).toContainEqual([
      'Project X',
      'same',
    ]);
  });

  test('[F7] what changed tenant-wide: counts, the newest first, and of one night what was lost before what merely differs', async () => {
    expect(await changes(1, 2)).toMatchObject({
      counts: [
        { label: 'members', added: 1, removed: 2 },
        { label: 'users', added: 1, changed: 1 },
      ],
      items: [
        { sign: '−', text: 'Finance: 2 members removed' },
        { sign: '+', text: 'Carol is new' },
        { sign: '+', text: 'Project X: 1 member added' },
        { sign: '~', text: 'Alice: Department changed', at: '2026-11-21T01:00:00.000Z' },
      ],
    });
  });

  test('[F7] the links that a deleted object takes along stand with it', async () => {
    expect((await changes(2, 3)).items.map(({ text }) => text)).toEqual([
      'Alice deleted, with 1 link',
      'Bob gone for good',
    ]);
    expect((await changes(3, 3)).items).toEqual([]);
  });
});
