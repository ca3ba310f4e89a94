import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { tenantId, type TenantId } from '../../services/model/ids.js';
import type { JournalEntry, RestoreRequest } from '../../services/model/restore.js';
import { JOURNAL, REQUESTS } from '../../services/restore/records.js';
import { verifyTenant } from '../../services/snapshots/verify.js';
import { openStore, type Store } from '../../services/store/connect.js';
import { createHistory, type History } from '../../services/store/history/index.js';
import { createRecordStore } from '../../services/store/records.js';
import { FakeClock } from '../fakes/fake-clock.js';
import { ALICE, ARUN, HANNA, SOFIA } from '../harness/cast.js';
import { DatabaseLine } from '../harness/database-line.js';
import { visible } from '../harness/people.js';
import { KillRig, NEVER } from './kill-rig.js';
import { serveStore, until } from './take-over-rig.js';

/**
 * The service, a database that is a process of its own, and the line between them in the test's hands. The test looks at the database
 * past that line. The service is never started again.
 */
describe('the line to the database is cut', () => {
  let folder: string;
  let rig: KillRig;
  let line: DatabaseLine;
  let store: Store;
  let history: History;
  let tenant: TenantId;
  let stopStore: () => Promise<void>;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'rw-line-'));
    const served = await serveStore(join(folder, 'store'));
    stopStore = served.stop;
    line = await DatabaseLine.to(served.uri);
    rig = await KillRig.open(join(folder, 'stop.json'), {
      MONGODB_URI: line.uri,
      SEALING_KEY: randomBytes(32).toString('base64'),
    });
    store = await openStore({ mongoUri: served.uri, dataDir: folder });
    history = createHistory(store.db);
    tenant = tenantId(rig.world.stage.sandbox.tenantId);
  }, 120_000);
  afterAll(async () => {
    await rig?.world.close();
    await line?.close();
    await store?.close();
    await stopStore?.();
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  const readiness = async (): Promise<number> =>
    (await fetch(`${rig.world.stage.serviceUrl}/readyz`, { signal: AbortSignal.timeout(20_000) })).status;
  const liveness = async (): Promise<number> =>
    (await fetch(`${rig.world.stage.serviceUrl}/healthz`, { signal: AbortSignal.timeout(20_000) })).status;
  const service = () => rig.world.stage.service.process;

  /** The service stands still at the point it was armed with; meanwhile the line is cut; then it goes on without. */
  async function cutAtThePoint(): Promise<void> {
    await until('the service stands still', () => rig.isStopped());
    line.cut();
    rig.disarm();
    service().kill('SIGCONT');
    await until('/readyz says it', async () => (await readiness()) === 503);
  }

  async function mended(): Promise<void> {
    line.mend();
    await until('/readyz says it', async () => (await readiness()) === 200);
  }

  async function verified(): Promise<void> {
    expect((await verifyTenant({ history, clock: new FakeClock() }, tenant)).broken).toEqual([]);
  }

  test('/readyz and every command say it in words; it is over when the line is back, without a restart', async () => {
    const { people } = rig.world;
    const { pid } = service();
    expect(await readiness()).toBe(200);
    line.cut();
    await until('/readyz says it', async () => (await readiness()) === 503);
    expect(await liveness()).toBe(200);
    for (const sentence of ['status', `show user ${ALICE}`, 'backup now'])
      expect(
        visible(await people.ask(SOFIA, sentence, 'The database cannot be reached.')).replace(/\s+/g, ' '),
      ).toMatch(/Nothing was done\. Try again in a minute/);
    await mended();
    await people.ask(HANNA, `show user ${ALICE}`, 'Alice Moreau');
    expect(service().pid).toBe(pid);
    expect(service().exitCode).toBeNull();
  }, 120_000);

  test('[B11] in a backup: the snapshot before stays the newest, and the next one is whole', async () => {
    const before = (await history.newestSnapshot(tenant))!;
    await rig.world.damage({ do: 'patchUser', user: ALICE, set: { department: 'Cut' } });
    rig.arm({ ...NEVER, on: 'db', match: '^versions ', nth: 1, moment: 'after', signal: 'SIGSTOP' });
    await rig.world.people.say(SOFIA, 'backup now');
    await cutAtThePoint();
    expect((await history.newestSnapshot(tenant))?.seq).toBe(before.seq);
    await mended();
    await until('a backup is done again', async () => {
      const asked = await rig.terminal('backup now');
      return asked.code === 0 || (await history.newestSnapshot(tenant))!.seq > before.seq;
    });
    await until('it is published', async () => (await history.newestSnapshot(tenant))!.seq > before.seq);
    const after = (await history.newestSnapshot(tenant))!;
    expect(after).toMatchObject({ status: 'complete', previous: before.seq, changes: { user: 1 } });
    await verified();
  }, 240_000);

  test('[R20] in a restore: it goes on by itself where it stood, and writes nothing twice', async () => {
    const { people, directory } = rig.world;
    const point = (await history.newestSnapshot(tenant))!;
    const groups = await directory.groupsOf(ALICE);
    await rig.world.damage(
      { do: 'patchUser', user: ALICE, set: { department: 'TBD' } },
      { do: 'deleteUser', user: ALICE },
    );
    const asked = await rig.terminal(`restore user ${ALICE} from snapshot ${point.seq} with memberships`);
    expect([asked.code, asked.text]).toEqual([5, expect.stringContaining('waiting')]);
    const card = await people.see(ARUN, { in: 'personal' }, 'Hanna Berg asks', 'Alice Moreau');
    const before = await rig.world.writes();
    rig.arm({ ...NEVER, on: 'graph', nth: 1, moment: 'after', signal: 'SIGSTOP' });
    await people.click(ARUN, card, 'Approve');
    const from = rig.world.log.length;
    await cutAtThePoint();
    // Longer than any single call waits for the database: the run itself has to give up, and to be taken up again.
    const metByTheRun = () =>
      rig.world.log.slice(from).some((text) => /restore.run/.test(text) && /failed/.test(text));
    await until('the run has met it', metByTheRun, 120_000);
    await mended();
    const requests = createRecordStore(store.db).collection<RestoreRequest>(REQUESTS);
    const request = async () =>
      (await requests.find(tenant, {})).find(({ subjects }) => JSON.stringify(subjects).includes(ALICE))!;
    await until('the restore is done', async () => (await request()).state === 'done', 240_000);
    await people.see(ARUN, { id: card.id }, 'is back');

    expect(await directory.user(ALICE)).toMatchObject({ department: 'Cut', accountEnabled: true });
    expect(await directory.groupsOf(ALICE)).toEqual(groups);
    const journal = await createRecordStore(store.db)
      .collection<JournalEntry>(JOURNAL)
      .find(tenant, { where: { requestId: (await request()).id } });
    expect(journal.map(({ state }) => state)).toEqual(journal.map(() => 'settled'));
    expect((await rig.world.writes()) - before).toBeLessThanOrEqual(journal.length);
    const cards = (await people.sees(ARUN)).filter((one) => visible(one).includes('Alice Moreau is back'));
    expect(cards).toHaveLength(1);
    await verified();
  }, 300_000);

  test('Graph saw no wrong request, and Teams no wrong card', async () => {
    const findings = await rig.world.findings();
    expect(findings.graphViolations).toEqual([]);
    expect(findings.cardViolations).toEqual([]);
    expect(findings.botFailures).toEqual([]);
  });
});
