import { expect } from '@jest/globals';
import { join } from 'node:path';
import { createAuditLog } from '../../services/audit/index.js';
import type { AuditLog, OwesAudit } from '../../services/model/audit.js';
import type { Clock } from '../../services/model/clock.js';
import { OPEN, type SnapshotHeader } from '../../services/model/history.js';
import { tenantId, type TenantId } from '../../services/model/ids.js';
import type { RecordStore } from '../../services/model/records.js';
import { verifyTenant } from '../../services/snapshots/verify.js';
import { openStore, type Store } from '../../services/store/connect.js';
import { createHistory } from '../../services/store/history/index.js';
import { createRecordStore } from '../../services/store/records.js';
import type { World } from '../harness/world.js';

interface Fact {
  readonly _id: string;
  readonly from: number;
  readonly to: number;
  readonly objectId?: string;
  readonly key?: string;
}

/** Only reads, so no time of it is ever stored. */
const readOnlyClock: Clock = {
  now: () => new Date(),
  offsetInMs: () => 0,
  onJump: () => () => undefined,
  sleep: () => Promise.reject(new Error('nothing waits here')),
};

/** The store as it lies there once the service has ended, however often it was killed before. */
export class StoreAfter {
  readonly records: RecordStore;
  readonly audit: AuditLog;

  private constructor(
    readonly store: Store,
    readonly tenant: TenantId,
  ) {
    this.records = createRecordStore(store.db);
    this.audit = createAuditLog({ store: this.records, clock: readOnlyClock });
  }

  /** Ends the service, then opens its store. */
  static async of({ stage }: World): Promise<StoreAfter> {
    await stage.service.stop();
    const store = await openStore({ dataDir: join(stage.env['DATA_DIR']!, 'store') });
    return new StoreAfter(store, tenantId(stage.sandbox.tenantId));
  }

  all<T>(collection: string): Promise<T[]> {
    return this.store.db.collection(collection).find().sort({ _id: 1 }).toArray() as Promise<
      unknown[]
    > as Promise<T[]>;
  }

  /** Published headers, oldest first. */
  async headers(): Promise<readonly SnapshotHeader[]> {
    const headers = await this.all<SnapshotHeader & { readonly published: boolean }>('snapshots');
    return headers.filter(({ published }) => published).sort((a, b) => a.seq - b.seq);
  }

  /** History: verified; no object and no link is there twice at any number; nothing is left of a run that was given up. */
  async expectWholeHistory(): Promise<void> {
    const history = createHistory(this.store.db);
    const report = await verifyTenant({ history, clock: readOnlyClock }, this.tenant);
    expect(report.broken).toEqual([]);
    const headers = await this.all<SnapshotHeader & { readonly published: boolean }>('snapshots');
    expect(headers.filter(({ status }) => status === 'running')).toEqual([]);
    const published = new Set(headers.flatMap(({ published: is, seq }) => (is ? [seq] : [])));
    for (const collection of ['versions', 'links']) {
      const facts = await this.all<Fact>(collection);
      const stray = facts.filter(
        ({ from, to }) => !published.has(from) || (to !== OPEN && !published.has(to)),
      );
      expect([collection, stray]).toEqual([collection, []]);
      const twice = facts.filter((fact, index) => {
        const same = (other: Fact): boolean => (other.key ?? other.objectId) === (fact.key ?? fact.objectId);
        return facts
          .slice(index + 1)
          .some((other) => same(other) && fact.from < other.to && other.from < fact.to);
      });
      expect([collection, twice]).toEqual([collection, []]);
    }
  }

  /** Records: the audit's chain has no gap, every index equals its documents, every card stands, nothing is held, locked or waiting. */
  async expectSettledRecords(): Promise<void> {
    expect(await this.audit.verify(this.tenant)).toMatchObject({ firstBroken: null });
    for (const { name } of await this.store.db.listCollections().toArray())
      expect([name, await this.store.db.command({ validate: name })]).toEqual([
        name,
        expect.objectContaining({ valid: true }),
      ]);
    const jobs = await this.all<{ data: { schedule?: string; key: string }; lockedAt: Date | null }>('jobs');
    expect(jobs.filter(({ data, lockedAt }) => data.schedule === undefined || lockedAt !== null)).toEqual([]);
    for (const owing of ['requests', 'handoffs'])
      expect([owing, (await this.all<OwesAudit>(owing)).filter(({ owesAudit }) => owesAudit)]).toEqual([
        owing,
        [],
      ]);
    const leases = await this.all<{ until: number }>('leases');
    expect(leases.filter(({ until }) => until > 0)).toEqual([]);
    // News in the channel that somebody had claimed who died are told by the digest; every other card stands.
    const cards = await this.all<{ activityId?: string; purpose: string; posting?: true }>('postedCards');
    expect(cards.filter(({ posting }) => posting)).toEqual([]);
    expect(
      cards.filter(({ activityId, purpose }) => activityId === undefined && purpose !== 'channel'),
    ).toEqual([]);
  }

  close(): Promise<void> {
    return this.store.close();
  }
}
