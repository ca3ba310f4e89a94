import { beforeEach, describe, expect, test } from '@jest/globals';
import { objectId } from '../../../services/model/ids.js';
import { TENANT, fixture, nextDay } from './fixture.js';
import type { Fixture } from './fixture.js';

describe('[B18] a reading that collapses is not believed at once', () => {
  let it: Fixture;
  const users = Array.from({ length: 40 }, (_, i) => `user-${i}`);
  /** The next backup reads everything in full. */
  const expire = () => it.tenant.expireTokens();

  beforeEach(async () => {
    it = fixture({
      oddities: { pageSize: 10, random: () => 0, oddDelta: false, silentPurge: true, undeleteLoses: false },
    });
    for (const name of users) it.tenant.put('user', name);
    it.tenant.put('group', 'all');
    for (const name of users) it.tenant.link('member', objectId('all'), objectId(name));
    await it.backup.run(TENANT, { trigger: 'connect' });
    it.tenant.reads.length = 0;
  });

  test('an empty list once: the second reading counts, nothing is lost', async () => {
    expire();
    let lists = 0;
    it.tenant.bendList = (type, objects) => {
      if (type !== 'user') return objects;
      lists += 1;
      return lists <= 4 ? [] : objects;
    };
    const header = await nextDay(it);
    expect(header).toMatchObject({ status: 'complete', counts: { user: 40, member: 40 }, changes: {} });
  });

  test('an empty list twice: partial, and every user is kept, in this run and in the next', async () => {
    expire();
    it.tenant.bendList = (type, objects) => (type === 'user' ? [] : objects);
    const partial = await nextDay(it);
    expect(partial).toMatchObject({
      status: 'partial',
      counts: { user: 40 },
      parts: { user: { collapsed: { read: 0, held: 40 } } },
      partialReasons: ['Entra listed only 0 of 40 users, twice; the missing ones are kept as they were.'],
    });
    expect(await nextDay(it)).toMatchObject({ status: 'partial', counts: { user: 40 } });
    it.tenant.bendList = (_type, objects) => objects;
    expect(await nextDay(it)).toMatchObject({ status: 'complete', counts: { user: 40 }, mode: 'mixed' });
  });

  test('a list short by more than a tenth: partial; the same again in the next run: believed', async () => {
    expire();
    // Gone without a word, as an expired token leaves it.
    for (const name of users.slice(0, 10)) {
      it.tenant.softDelete(objectId(name));
      it.tenant.purge(objectId(name));
    }
    expect(await nextDay(it)).toMatchObject({
      status: 'partial',
      counts: { user: 40 },
      parts: { user: { collapsed: { read: 30, held: 40 } } },
    });
    expect(await nextDay(it)).toMatchObject({ status: 'complete', counts: { user: 30, member: 30 } });
  });

  test('one that is missing from a list is asked for by its id before it counts as gone', async () => {
    expire();
    it.tenant.bendList = (_type, objects) => objects.filter(({ id }) => id !== 'user-7');
    expect(await nextDay(it)).toMatchObject({
      status: 'complete',
      counts: { user: 40, member: 40 },
      changes: {},
    });
    expect(it.tenant.reads).toContain('getObjects user 1');
  });

  test('delta tells that many are gone: the list is asked as a second witness, and contradicts', async () => {
    it.tenant.bendDelta = (type, pages) =>
      type === 'user'
        ? [
            {
              changes: users
                .slice(0, 9)
                .map((name) => ({ change: 'purged' as const, type, id: objectId(name) })),
            },
            ...pages,
          ]
        : pages;
    expect(await nextDay(it)).toMatchObject({
      status: 'complete',
      counts: { user: 40, member: 40 },
      changes: {},
    });
    expect(it.tenant.reads).toContain('listObjects user');
  });

  test('delta tells that many are deleted, and the list agrees: believed, in one run', async () => {
    for (const name of users.slice(0, 9)) it.tenant.softDelete(objectId(name));
    expect(await nextDay(it)).toMatchObject({
      status: 'complete',
      mode: 'increment',
      counts: { user: 31, member: 31 },
      changes: { user: 9 },
    });
  });

  test('a short list of members is read a second time, and the longer reading counts', async () => {
    expire();
    it.tenant.bendLinks = (_source, links, alone) => (alone ? links : links.slice(0, 20));
    expect(await nextDay(it)).toMatchObject({ counts: { member: 40 }, changes: {} });
    expect(it.tenant.reads).toContain('listLinks member all');
  });

  test('a list that is shorter than $count says: read again, then partial', async () => {
    expire();
    it.tenant.bendCount = (type, count) => (type === 'user' ? count + 10 : count);
    const header = await nextDay(it);
    expect(header).toMatchObject({
      status: 'partial',
      partialReasons: ['Entra counts more users than the 40 it listed, twice.'],
    });
    expect(it.tenant.reads.filter((read) => read === 'listObjects user')).toHaveLength(8);
  });
});
