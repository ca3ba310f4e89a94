import { beforeEach, describe, expect, test } from '@jest/globals';
import { RewindError } from '../../../services/model/errors.js';
import { objectId } from '../../../services/model/ids.js';
import type { ObjectId } from '../../../services/model/ids.js';
import { verifyTenant } from '../../../services/snapshots/verify.js';
import { createLeases } from '../../../services/store/leases.js';
import { memoryDb } from '../../fakes/memory-db.js';
import { DAY_IN_MS, TENANT, fixture, nextDay } from './fixture.js';
import type { Fixture } from './fixture.js';

const id = (name: string): ObjectId => objectId(name);

describe('backup', () => {
  let it: Fixture;
  const first = () => it.backup.run(TENANT, { trigger: 'connect' });
  const versionNow = async (name: string) => {
    const newest = await it.history.newestSnapshot(TENANT);
    return it.history.versionAt(TENANT, id(name), newest!.seq);
  };
  const linksNow = async (name: string) => {
    const newest = await it.history.newestSnapshot(TENANT);
    const links = await it.history.linksAt(TENANT, id(name), newest!.seq);
    return links
      .map(({ kind, source, target, latent }) => `${kind} ${source} ${target}${latent ? ' latent' : ''}`)
      .sort();
  };

  beforeEach(() => {
    it = fixture();
    for (const name of ['alice', 'bob', 'carol', 'dave'])
      it.tenant.put('user', name, { department: 'Sales' });
    for (let i = 0; i < 20; i += 1) it.tenant.put('user', `user-${i}`);
    for (const name of ['sales', 'project']) it.tenant.put('group', name, { groupTypes: ['Unified'] });
    it.tenant.link('member', id('sales'), id('alice'));
    it.tenant.link('member', id('project'), id('alice'));
    it.tenant.link('owner', id('sales'), id('bob'));
    it.tenant.link('manager', id('alice'), id('bob'));
  });

  test('[B12] the first one reads everything: tokens first, then lists, links, delta, recycle bin', async () => {
    const header = await first();
    expect(header).toMatchObject({
      seq: 1,
      status: 'complete',
      trigger: 'connect',
      mode: 'full',
      parts: { user: { mode: 'full', reason: 'first backup' }, group: { mode: 'full' } },
      counts: { group: 2, manager: 1, member: 2, owner: 1, user: 24 },
      partialReasons: [],
    });
    expect(header.tokens).toEqual({ user: expect.any(String), group: expect.any(String) });
    const order = ['latestDeltaToken', 'listObjects', 'listLinksOf', 'delta', 'listDeleted'];
    const firsts = order.map((what) => it.tenant.reads.findIndex((read) => read.startsWith(what)));
    expect(firsts).toEqual([...firsts].sort((a, b) => a - b));
    expect(it.events).toEqual([{ event: 'backupFinished', header }]);
  });

  test('[B10] an increment costs what changed, not what there is', async () => {
    await first();
    it.tenant.reads.length = 0;
    it.tenant.put('user', 'alice', { department: 'TBD' });
    const header = await nextDay(it);
    expect(header).toMatchObject({ mode: 'increment', changes: { user: 1 }, counts: { user: 24 } });
    // Two deltas with their pages, two recycle bins; nothing else.
    expect(it.tenant.reads.filter((read) => !/^(delta|listDeleted)/.test(read))).toEqual([]);
    expect(header.cost.requests).toBe(it.tenant.reads.length);
    expect((await versionNow('alice'))?.body).toMatchObject({ department: 'TBD' });
  });

  test('[R12] what was read as empty is empty, what was not read is not there', async () => {
    await first();
    const body = (await versionNow('alice'))!.body;
    expect(body['city']).toBeNull();
    expect(body['businessPhones']).toEqual([]);
    expect(body['signInActivity']).toBeUndefined();
    it.tenant.bendDelta = (type, pages) =>
      type === 'user'
        ? [
            {
              changes: [
                {
                  change: 'seen',
                  partial: true,
                  object: { type: 'user', id: id('alice'), state: 'live', properties: { department: null } },
                },
              ],
            },
            ...pages,
          ]
        : pages;
    await nextDay(it);
    expect((await versionNow('alice'))!.body).toMatchObject({ department: null, displayName: 'alice' });
  });

  test('an object of which delta tells too little is read by its id', async () => {
    await first();
    it.tenant.put('user', 'erik', { department: 'Sales' });
    it.tenant.bendDelta = (_type, pages) =>
      pages.map((page) => ({
        ...page,
        changes: page.changes.map((change) =>
          change.change === 'seen'
            ? { ...change, partial: true, object: { ...change.object, properties: { displayName: 'erik' } } }
            : change,
        ),
      }));
    await nextDay(it);
    expect((await versionNow('erik'))!.body).toMatchObject({ department: 'Sales', city: null });
  });

  test('[B8] a deleted user goes to the recycle bin with its links latent, an undelete brings back what Entra brings back', async () => {
    await first();
    it.tenant.softDelete(id('alice'));
    const away = await nextDay(it);
    expect(await versionNow('alice')).toMatchObject({
      state: 'softDeleted',
      deletedAt: expect.stringContaining('T'),
    });
    expect(await linksNow('alice')).toEqual([
      'manager alice bob latent',
      'member project alice latent',
      'member sales alice latent',
    ]);
    expect(away.changes).toEqual({ user: 1 });
    expect(away.counts).toMatchObject({ manager: 0, member: 0, owner: 1, user: 23 });
    it.tenant.undelete(id('alice'));
    // The manager was lost on the way, and nobody told.
    it.tenant.links.delete('manager|alice|bob');
    const back = await nextDay(it);
    expect(await linksNow('alice')).toEqual(['member project alice', 'member sales alice']);
    expect(back.counts).toMatchObject({ manager: 0, member: 2, user: 24 });
  });

  test('a full read hides the links of a deleted user: they stay latent', async () => {
    await first();
    it.tenant.softDelete(id('alice'));
    it.tenant.expireTokens();
    const header = await nextDay(it);
    expect(header.parts['user']).toMatchObject({ mode: 'full', reason: 'the delta token expired' });
    expect(await linksNow('alice')).toEqual([
      'manager alice bob latent',
      'member project alice latent',
      'member sales alice latent',
    ]);
    it.tenant.expireTokens();
    await nextDay(it);
    expect(await linksNow('alice')).toHaveLength(3);
  });

  test('a purge closes the object and its links, also when only the empty recycle bin tells', async () => {
    await first();
    it.tenant.softDelete(id('alice'));
    await nextDay(it);
    it.tenant.purge(id('alice'));
    it.tenant.bendDelta = (_type, pages) => pages.map((page) => ({ ...page, changes: [] }));
    await nextDay(it);
    expect(await versionNow('alice')).toBeNull();
    expect(await linksNow('alice')).toEqual([]);
    expect(await it.history.versionsOf(TENANT, id('alice'))).toMatchObject([
      { from: 1, to: 2 },
      { from: 2, to: 3 },
    ]);
  });

  test('a link removed while its end is in the recycle bin is removed', async () => {
    await first();
    it.tenant.softDelete(id('alice'));
    await nextDay(it);
    it.tenant.unlink('member', id('sales'), id('alice'));
    await nextDay(it);
    expect(await linksNow('alice')).toEqual(['manager alice bob latent', 'member project alice latent']);
  });

  test('a new manager ends the old one, whether or not delta says so', async () => {
    await first();
    it.tenant.link('manager', id('alice'), id('carol'));
    it.tenant.bendDelta = (_type, pages) =>
      pages.map((page) => ({ ...page, changes: page.changes.filter(({ change }) => change !== 'unlinked') }));
    await nextDay(it);
    expect((await linksNow('alice')).filter((link) => link.startsWith('manager'))).toEqual([
      'manager alice carol',
    ]);
  });

  test('a delta that contradicts itself is settled by reading', async () => {
    await first();
    const link = { kind: 'member', source: id('sales'), target: id('carol'), targetType: 'user' };
    it.tenant.link('member', id('project'), id('carol'));
    it.tenant.bendDelta = (type, pages) =>
      type === 'group'
        ? [
            { changes: [{ change: 'linked', link }] },
            { changes: [{ change: 'unlinked', link }] },
            { changes: [{ change: 'unlinked', link: { ...link, source: id('project') } }] },
            ...pages,
          ]
        : [{ changes: [{ change: 'softDeleted', type: 'user', id: id('bob') }] }, ...pages];
    await nextDay(it);
    expect(await linksNow('carol')).toEqual(['member project carol']);
    expect(await versionNow('bob')).toMatchObject({ state: 'live' });
    expect(await linksNow('bob')).toEqual(['manager alice bob', 'owner sales bob']);
  });

  test('[B10] a type without delta in this tenant is read in full each time, and that is said', async () => {
    it.tenant.noDeltaFor.add('group');
    await first();
    it.tenant.put('group', 'sales', { description: 'x' });
    it.tenant.link('member', id('sales'), id('carol'));
    const header = await nextDay(it);
    expect(header).toMatchObject({
      mode: 'mixed',
      parts: {
        user: { mode: 'increment' },
        group: { mode: 'full', reason: 'this tenant offers no delta' },
      },
      changes: { group: 1, member: 1 },
    });
  });

  test('once a week everything is read in full', async () => {
    await first();
    const modes = [];
    for (let day = 0; day < 8; day += 1) modes.push((await nextDay(it)).mode);
    expect(modes).toEqual([...Array<string>(6).fill('increment'), 'full', 'increment']);
  });

  describe('what cannot be read', () => {
    const failOn = (what: string, error: Error) => {
      it.tenant.beforeRead = (read) => {
        if (read.startsWith(what)) throw error;
      };
    };

    test('[B11] a type that may not be read leaves a partial snapshot that says so and keeps what it had', async () => {
      await first();
      it.tenant.put('user', 'alice', { department: 'TBD' });
      it.tenant.put('group', 'sales', { description: 'lost?' });
      failOn(
        'delta group',
        new RewindError('GRAPH_DENIED', { what: 'read groups', permission: 'Group.Read.All' }),
      );
      const partial = await nextDay(it);
      expect(partial).toMatchObject({
        status: 'partial',
        partialReasons: [
          'The groups were not read whole: Entra answered that this app may not do this (read groups).',
        ],
        counts: { group: 2, member: 2, user: 24 },
        changes: { user: 1 },
      });
      it.tenant.beforeRead = () => undefined;
      const whole = await nextDay(it);
      expect(whole).toMatchObject({ status: 'complete', mode: 'increment', changes: { group: 1 } });
      expect((await versionNow('sales'))?.body).toMatchObject({ description: 'lost?' });
    });

    test('[B11] without Graph there is no snapshot, the one before stays the newest, and the channel hears why', async () => {
      const header = await first();
      failOn('delta page', new RewindError('GRAPH_UNREACHABLE'));
      await expect(nextDay(it)).rejects.toMatchObject({ code: 'GRAPH_UNREACHABLE' });
      expect(await it.history.newestSnapshot(TENANT)).toEqual(header);
      expect(it.events.at(-1)).toMatchObject({
        event: 'backupFailed',
        code: 'GRAPH_UNREACHABLE',
        tenant: TENANT,
      });
      it.tenant.beforeRead = () => undefined;
      expect(await nextDay(it)).toMatchObject({ status: 'complete', seq: 3, previous: 1 });
    });

    test('nothing can be read at all: no empty snapshot', async () => {
      failOn('latestDeltaToken', new RewindError('GRAPH_DENIED', { what: 'read', permission: 'x' }));
      await expect(first()).rejects.toMatchObject({ code: 'GRAPH_DENIED' });
      expect(await it.history.newestSnapshot(TENANT)).toBeNull();
    });

    test('a delta that goes in a circle is met by a full read', async () => {
      await first();
      const page = { changes: [{ change: 'softDeleted', type: 'user', id: id('nobody') }] } as const;
      it.tenant.bendDelta = (type, pages) =>
        type === 'user' && !it.tenant.reads.includes('listObjects user') ? Array(100).fill(page) : pages;
      it.tenant.reads.length = 0;
      expect((await nextDay(it)).parts['user']).toMatchObject({
        mode: 'full',
        reason: 'delta could not be followed',
      });
    });

    test('a list that goes in a circle leaves the type partial', async () => {
      it.tenant.bendList = (type, objects) =>
        type === 'group' ? [{ type, id: id('sales'), state: 'live', properties: {} }] : objects;
      for (let i = 0; i < 20; i += 1) it.tenant.put('group', `group-${i}`);
      const header = await first();
      expect(header).toMatchObject({ status: 'partial', counts: { user: 24 } });
      expect(header.partialReasons[0]).toMatch(/^The groups were not read whole/);
    });
  });

  describe('two at once [B12]', () => {
    test('a second one is refused while the first one runs', async () => {
      let release: () => void = () => undefined;
      const held = new Promise<void>((resolve) => (release = resolve));
      it.tenant.beforeRead = () => held;
      const running = first();
      await Promise.resolve();
      await expect(it.backup.run(TENANT, { trigger: 'chat' })).rejects.toMatchObject({
        code: 'ALREADY_RUNNING',
      });
      expect(await it.backup.running(TENANT)).toBe(true);
      release();
      await running;
      expect(await it.backup.running(TENANT)).toBe(false);
      expect(await it.history.snapshots(TENANT)).toHaveLength(1);
    });

    test('one whose database went away lets its lease go as soon as it is back, and the next one begins at once', async () => {
      let away = 0;
      const gate = (moment: string, label: string): void => {
        if (moment === 'before' && label.startsWith('links.') && away === 0) away = 4;
        if (away > 1 && (away -= 1) > 0) throw new RewindError('STORE_UNREACHABLE');
      };
      it = fixture({ db: memoryDb(new Map(), gate), clock: it.clock, tenant: it.tenant });
      await expect(first()).rejects.toMatchObject({ code: 'STORE_UNREACHABLE' });
      expect(await it.backup.running(TENANT)).toBe(false);
      // The channel could not be told, and need not be: the queue runs it again.
      expect(it.events).toEqual([]);
      expect(await first()).toMatchObject({ status: 'complete' });
      expect((await verifyTenant(it, TENANT)).broken).toEqual([]);
    });

    test('one that lost its lease stops, publishes nothing and does not alarm the channel', async () => {
      const db = memoryDb();
      it = fixture({ db, clock: it.clock, tenant: it.tenant });
      const leases = createLeases(db, it.clock);
      await first();
      let overtaken = false;
      it.tenant.beforeRead = async (read) => {
        if (overtaken || !read.startsWith('delta page group')) return;
        overtaken = true;
        it.clock.advance(DAY_IN_MS);
        const lease = await leases.acquire(`backup/${TENANT}`, 'successor', 1_000);
        const run = await it.history.begin(TENANT, {
          trigger: 'chat',
          startedAt: it.clock.now().toISOString(),
          fence: lease!.fence,
        });
        await run.publish({ ...(await it.history.newestSnapshot(TENANT))!, finishedAt: 'x' });
      };
      it.tenant.put('user', 'alice', { department: 'TBD' });
      await expect(nextDay(it)).rejects.toMatchObject({ code: 'LEASE_LOST' });
      expect(await it.history.newestSnapshot(TENANT)).toMatchObject({ seq: 3 });
      expect(it.events.map(({ event }) => event)).toEqual(['backupFinished']);
      expect((await verifyTenant(it, TENANT)).broken).toEqual([]);
    });
  });
});
