import type { Db } from 'mongodb';
import { createBackup } from '../../../services/backup/index.js';
import type { Backup } from '../../../services/backup/index.js';
import { catalog } from '../../../services/catalog/index.js';
import { tenantId } from '../../../services/model/ids.js';
import type { Log } from '../../../services/model/log.js';
import type { ProductEvent } from '../../../services/model/notifier.js';
import { systemRandom } from '../../../services/model/random.js';
import { createHistory } from '../../../services/store/history/index.js';
import type { History } from '../../../services/store/history/index.js';
import { createLeases } from '../../../services/store/leases.js';
import { FakeClock } from '../../fakes/fake-clock.js';
import { FakeTenantReader } from '../../fakes/fake-tenant-reader.js';
import type { Oddities } from '../../fakes/fake-tenant-reader.js';
import { memoryDb } from '../../fakes/memory-db.js';

export const TENANT = tenantId('11111111-1111-4111-8111-111111111111');

const silent: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

export interface Fixture {
  readonly clock: FakeClock;
  readonly tenant: FakeTenantReader;
  readonly history: History;
  readonly backup: Backup;
  readonly events: ProductEvent[];
}

export interface FixtureOptions {
  readonly db?: Db;
  readonly clock?: FakeClock;
  readonly tenant?: FakeTenantReader;
  readonly oddities?: Oddities;
}

/** A backup service over a tenant and a database in memory; the given parts are shared, the rest is new. */
export function fixture({
  db = memoryDb(),
  clock = new FakeClock(),
  tenant,
  oddities,
}: FixtureOptions = {}): Fixture {
  const events: ProductEvent[] = [];
  const reader = tenant ?? new FakeTenantReader(catalog, () => clock.now(), oddities);
  const history = createHistory(db);
  const backup = createBackup({
    directoryOf: () => reader,
    history,
    catalog,
    clock,
    leases: createLeases(db, clock),
    notifier: {
      notify: async (event) => {
        events.push(event);
      },
    },
    log: silent,
    random: systemRandom,
  });
  return { clock, tenant: reader, history, backup, events };
}

export const DAY_IN_MS = 24 * 60 * 60 * 1000;

/** One backup, a day after the one before. */
export async function nextDay({ backup, clock }: Fixture) {
  clock.advance(DAY_IN_MS);
  return backup.run(TENANT, { trigger: 'schedule' });
}

/** The newest snapshot of the tenant as a fresh full read into an empty history would have it. */
export async function freshRead({ tenant, clock }: Fixture) {
  const fresh = fixture({ tenant, clock });
  const header = await fresh.backup.run(TENANT, { trigger: 'chat' });
  return { header, history: fresh.history };
}
