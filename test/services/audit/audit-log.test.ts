import { describe, expect, test } from '@jest/globals';
import { AUDIT, createAuditLog } from '../../../services/audit/audit-log.js';
import { tenantId } from '../../../services/model/ids.js';
import { FakeClock } from '../../fakes/fake-clock.js';
import { FakeRecordStore } from '../../fakes/fake-records.js';
import { Killed, KillSwitch } from '../../fakes/kill-switch.js';

const TENANT = tenantId('11111111-1111-4111-8111-111111111111');
const OTHER = tenantId('22222222-2222-4222-8222-222222222222');
const entry = (n: number, tenant = TENANT) => ({
  tenant,
  actor: 'service' as const,
  kind: 'test.entry',
  requestId: n % 2 ? 'odd' : 'even',
  details: { n, list: ['ä', null] },
});

describe('[N3] the audit', () => {
  test('numbers without gaps and one chain, also when several processes append at once', async () => {
    const store = new FakeRecordStore();
    const logs = Array.from({ length: 4 }, () => createAuditLog({ store, clock: new FakeClock() }));
    await Promise.all(Array.from({ length: 60 }, (_, n) => logs[n % 4]!.append(entry(n))));
    await logs[0]!.append(entry(0, OTHER));
    const all = await logs[0]!.list(TENANT, { limit: 1000 });
    expect(all.map(({ number }) => number)).toEqual(Array.from({ length: 60 }, (_, n) => 60 - n));
    expect(await logs[1]!.verify(TENANT)).toEqual({ entries: 60, firstBroken: null });
    expect(await logs[1]!.verify(OTHER)).toEqual({ entries: 1, firstBroken: null });
    expect(
      (await logs[2]!.list(TENANT, { requestId: 'odd', limit: 3 })).every(
        ({ requestId }) => requestId === 'odd',
      ),
    ).toBe(true);
  });

  test('what is to be told once, is, also when several processes tell it at once', async () => {
    const store = new FakeRecordStore();
    const logs = Array.from({ length: 4 }, () => createAuditLog({ store, clock: new FakeClock() }));
    const told = await Promise.all(
      logs.flatMap((log, n) => [
        log.append({ ...entry(0), kind: 'test.ended', details: { n } }, { once: true }),
        log.append(entry(n)),
      ]),
    );
    const ends = told.filter(({ kind }) => kind === 'test.ended');
    expect(new Set(ends.map(({ number }) => number)).size).toBe(1);
    const all = await logs[0]!.list(TENANT);
    expect(all.filter(({ kind }) => kind === 'test.ended')).toEqual([ends[0]]);
    // Of another request it is another end.
    await logs[1]!.append({ ...entry(1), kind: 'test.ended' }, { once: true });
    expect(await logs[2]!.verify(TENANT)).toEqual({ entries: 6, firstBroken: null });
  });

  test.each([
    ['changed', (doc: Record<string, unknown>) => void (doc['kind'] = 'other')],
    ['changed deep inside', (doc: Record<string, unknown>) => void (doc['details'] = { n: 99 })],
    ['redated', (doc: Record<string, unknown>) => void (doc['at'] = '2020-01-01T00:00:00.000Z')],
    [
      'moved to another actor',
      (doc: Record<string, unknown>) => void (doc['actor'] = { objectId: 'x', name: 'y' }),
    ],
  ])('an entry that was %s is found', async (_name, tamper) => {
    const store = new FakeRecordStore();
    const log = createAuditLog({ store, clock: new FakeClock() });
    for (let n = 0; n < 9; n += 1) await log.append(entry(n));
    const documents = [...store.documents(AUDIT.name).values()];
    tamper(documents[4] as unknown as Record<string, unknown>);
    expect(await log.verify(TENANT)).toEqual({ entries: 4, firstBroken: 5 });
  });

  test('a member that is undefined does not break the chain in a database that keeps it as null', async () => {
    const store = new FakeRecordStore();
    const log = createAuditLog({ store, clock: new FakeClock() });
    const details = { a: 1, b: undefined } as unknown as { a: number };
    await log.append({ ...entry(1), details });
    const [document] = [...store.documents(AUDIT.name).values()] as unknown as { details: object }[];
    expect(Object.keys(document!.details)).toEqual(['a']);
    expect((await log.verify(TENANT)).firstBroken).toBeNull();
  });

  test('an entry that was taken out is found', async () => {
    const store = new FakeRecordStore();
    const log = createAuditLog({ store, clock: new FakeClock() });
    for (let n = 0; n < 9; n += 1) await log.append(entry(n));
    const documents = store.documents(AUDIT.name);
    documents.delete([...documents.keys()][3]!);
    expect(await log.verify(TENANT)).toEqual({ entries: 3, firstBroken: 4 });
  });

  test('a crash at any append leaves a whole chain, and the next process goes on with it', async () => {
    for (const moment of ['before', 'after'] as const) {
      const kill = new KillSwitch();
      const store = new FakeRecordStore(kill);
      const log = createAuditLog({ store, clock: new FakeClock() });
      await log.append(entry(1));
      kill.arm(1, moment);
      await expect(log.append(entry(2))).rejects.toBeInstanceOf(Killed);
      kill.revive();
      const next = createAuditLog({ store, clock: new FakeClock() });
      expect((await next.append(entry(3))).number).toBe(moment === 'before' ? 2 : 3);
      expect((await next.verify(TENANT)).firstBroken).toBeNull();
    }
  });
});
