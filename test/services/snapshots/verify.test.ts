import { beforeEach, describe, expect, test } from '@jest/globals';
import { objectId } from '../../../services/model/ids.js';
import { createHistory } from '../../../services/store/history/index.js';
import type { History } from '../../../services/store/history/index.js';
import { verifyTenant } from '../../../services/snapshots/verify.js';
import { FakeClock } from '../../fakes/fake-clock.js';
import { memoryDb } from '../../fakes/memory-db.js';
import type { MemoryData } from '../../fakes/memory-db.js';
import { TENANT, deleted, member, snapshot, user } from '../store/history/facts.js';

describe('[B14] verify', () => {
  let data: MemoryData;
  let history: History;
  const verify = () => verifyTenant({ history, clock: new FakeClock() }, TENANT);
  const doc = (collection: string, id: string) => data.get(collection)!.get(id)!;

  beforeEach(async () => {
    data = new Map();
    history = createHistory(memoryDb(data));
    await snapshot(history, async (run) => {
      await run.putObjects([user('alice'), user('bob'), user('carol')]);
      await run.putLinks([member('sales', 'alice'), member('sales', 'bob')]);
    });
    // Number 2 never was.
    const dead = await history.begin(TENANT, { trigger: 'chat', startedAt: 'x', fence: 1 });
    await dead.putObjects([user('alice', { a: 1 }), user('ghost')]);
    await snapshot(history, async (run) => {
      await run.putObjects([user('alice', { department: 'TBD' }), deleted('bob')]);
      await run.putLinks([member('sales', 'bob', 'latent')]);
    });
    await snapshot(history, (run) => run.removeObjects([objectId('carol')]));
  });

  test('a sound history holds, whatever a dead run wrote, also while one is running', async () => {
    const running = await history.begin(TENANT, { trigger: 'chat', startedAt: 'x', fence: 1 });
    await running.putObjects([user('late')]);
    await running.removeObjects([objectId('alice')]);
    expect(await verify()).toMatchObject({ snapshots: 3, versions: 5, links: 3, broken: [] });
  });

  test('an empty history holds', async () => {
    history = createHistory(memoryDb());
    expect(await verify()).toMatchObject({ snapshots: 0, versions: 0, broken: [] });
  });

  test('a changed body is named', async () => {
    doc('versions', `${TENANT}/alice/3`)['body'] = JSON.stringify({
      displayName: 'alice',
      department: 'Sales',
    });
    expect((await verify()).broken).toEqual([
      'The version of user alice from snapshot 3 does not match its hash.',
    ]);
  });

  test('a changed body with a matching hash breaks the state from there on', async () => {
    const version = doc('versions', `${TENANT}/alice/1`);
    const other = doc('versions', `${TENANT}/carol/1`);
    version['body'] = other['body'];
    version['hash'] = other['hash'];
    expect((await verify()).broken[0]).toBe('Snapshot 1: its state digest is not what its facts add up to.');
  });

  test.each(['versions', 'links'])('a lost document of %s breaks digest and count', async (collection) => {
    const [first] = [...data.get(collection)!.keys()];
    data.get(collection)!.delete(first!);
    const { broken } = await verify();
    expect(broken.join('\n')).toMatch(/Snapshot 1: its state digest/);
    expect(broken.join('\n')).toMatch(/Snapshot 1: it counts/);
  });

  test('a lost latent link breaks the digest of the latent links', async () => {
    const latent = [...data.get('links')!.values()].find((link) => link['latent'] === true)!;
    data.get('links')!.delete(String(latent['_id']));
    expect((await verify()).broken).toContain('Snapshot 3: the digest of its latent links does not hold.');
  });

  test('a changed header and a lost header break the chain', async () => {
    doc('snapshots', `${TENANT}/3`)['trigger'] = 'terminal';
    expect((await verify()).broken).toEqual(['Snapshot 3: the chain over its header is broken.']);
    data.get('snapshots')!.delete(`${TENANT}/1`);
    expect((await verify()).broken).toContain('Snapshot 3: the snapshot before it is missing.');
  });
});
