import { describe, expect, test } from '@jest/globals';
import { CardLedger } from '../../../bot/chat/ledger.js';
import { Conversations } from '../../../bot/chat/conversations.js';
import { SeenActivities } from '../../../bot/teams/seen-activities.js';
import { createAuditLog } from '../../../services/audit/audit-log.js';
import { createHandoffService } from '../../../services/handoff/service.js';
import { objectId } from '../../../services/model/ids.js';
import type { RequestId } from '../../../services/model/ids.js';
import { readJournal } from '../../../services/restore/journal.js';
import { createRestoreService } from '../../../services/restore/service.js';
import { createRecordStore } from '../../../services/store/records.js';
import { FakeClock } from '../../fakes/fake-clock.js';
import { realDb } from '../../fakes/real-db.js';
import { recordedDb, scansAmong } from '../../bench/recorded-db.js';
import { TENANT, silent } from './history/facts.js';

const REQUEST = 'r1' as RequestId;

describe('records in a real database', () => {
  const openDb = realDb();

  test('no query of the product scans a collection', async () => {
    const { db, queries } = recordedDb(await openDb());
    const store = createRecordStore(db);
    const clock = new FakeClock();
    const unused = undefined as never;
    const audit = createAuditLog({ store, clock });
    const shared = {
      store,
      clock,
      audit,
      log: silent,
      directoryOf: unused,
      notifier: unused,
      random: unused,
    };
    const handoff = createHandoffService({ ...shared, sealingKey: { id: 'k', bytes: new Uint8Array(32) } });
    const restore = createRestoreService({
      ...shared,
      history: unused,
      catalog: unused,
      jobs: { define: () => undefined } as never,
      leases: unused,
      vault: handoff.vault,
      roles: unused,
    });
    const [ledger, conversations, seen] = [
      new CardLedger(store),
      new Conversations(store),
      new SeenActivities(store, clock),
    ];
    await store.createIndexes();

    await audit.append({ tenant: TENANT, actor: 'service', kind: 'x', details: {} });
    await audit.list(TENANT, { requestId: REQUEST });
    await audit.list(TENANT);
    await audit.verify(TENANT);
    await restore.list(TENANT);
    await restore.list(TENANT, { states: ['waiting', 'running'] });
    await restore.list(TENANT, { requester: objectId('hanna') });
    await restore.list(TENANT, { requester: objectId('hanna'), states: ['waiting'] });
    await restore.get(TENANT, REQUEST);
    await restore.housekeeping();
    await readJournal(store, TENANT, REQUEST);
    await handoff.allOfRequest(TENANT, REQUEST);
    await handoff.housekeeping();
    await ledger.of(TENANT, REQUEST);
    await conversations.ofChannel(TENANT, '19:x@thread.tacv2');
    await seen.first(TENANT, 'activity');
    await seen.housekeeping();

    const asked = new Set(queries.map(({ collection }) => collection));
    expect([...asked].sort()).toEqual([
      'audit',
      'conversations',
      'handoffs',
      'journal',
      'postedCards',
      'requests',
      'seenActivities',
    ]);
    expect(await scansAmong(db, [...queries])).toEqual([]);
  });

  test('a query that no index serves would be found', async () => {
    const { db, queries } = recordedDb(await openDb());
    await db.collection('audit').insertOne({ kind: 'x' });
    await db.collection('audit').findOne({ kind: 'x' });
    expect(await scansAmong(db, [...queries])).toMatchObject([
      { collection: 'audit', filter: { kind: 'x' } },
    ]);
  });
});
