import type { AuditLog } from '../model/audit.js';
import type { Clock } from '../model/clock.js';
import { RewindError } from '../model/errors.js';
import type { SnapshotHeader } from '../model/history.js';
import type { Seq, TenantId } from '../model/ids.js';
import type { Person } from '../model/people.js';
import type { FactCount, RetentionStore, ShelvedSnapshot, SnapshotHold } from '../model/retention.js';
import { keptBy, type RetentionPolicy } from './retention-policy.js';

export interface RetentionDeps {
  readonly history: RetentionStore;
  readonly clock: Clock;
  readonly audit: AuditLog;
  readonly policy: RetentionPolicy;
  /** IANA; whose days, weeks and months count. */
  readonly timeZone: string;
  /** Restore points of requests that are not over: they stay until these are. */
  readonly pointsInUse: (tenant: TenantId) => Promise<readonly Seq[]>;
}

/** What retention would do now. */
export interface RetentionPlan {
  /** Snapshots that stay whole. */
  readonly stays: number;
  /** Oldest first. */
  readonly goes: readonly SnapshotHeader[];
  /** Legal holds, oldest first. */
  readonly held: readonly { readonly seq: Seq; readonly takenAt: string; readonly hold: SnapshotHold }[];
  /** What nobody would need any more, those of earlier prunings that still wait for their deletion included. */
  readonly frees: FactCount;
}

export interface RetentionRun {
  readonly pruned: readonly Seq[];
  /** Facts deleted now, of snapshots that were given up earlier. */
  readonly deleted: FactCount;
}

export interface Retention {
  /** Dry run: changes nothing. */
  plan(tenant: TenantId): Promise<RetentionPlan>;
  /** Gives up what the policy no longer keeps, and deletes what was given up before. Safe to repeat. */
  prune(tenant: TenantId, by?: Pick<Person, 'objectId' | 'name'>): Promise<RetentionRun>;
  /** @throws SNAPSHOT_PRUNED, INPUT_INVALID (no such snapshot) */
  hold(
    tenant: TenantId,
    seq: Seq,
    because: string,
    by: Pick<Person, 'objectId' | 'name'>,
  ): Promise<SnapshotHeader>;
  /** @throws INPUT_INVALID (it is not held) */
  release(tenant: TenantId, seq: Seq, by: Pick<Person, 'objectId' | 'name'>): Promise<SnapshotHeader>;
}

/** How long a snapshot that was given up stays readable for those who were reading it. */
export const PRUNE_GRACE_IN_MS = 60 * 60_000;

/** Retention with legal hold (SPEC B13). */
export function createRetention(deps: RetentionDeps): Retention {
  const { history, clock, audit, policy, timeZone } = deps;

  async function decide(tenant: TenantId): Promise<{ goes: ShelvedSnapshot[]; whole: ShelvedSnapshot[] }> {
    const shelf = (await history.shelf(tenant)).filter(({ prunedAt }) => prunedAt === undefined);
    const inUse = new Set(await deps.pointsInUse(tenant));
    const headers = shelf.map(({ header }) => header);
    const kept = keptBy(policy, headers, clock.now(), timeZone);
    const stays = ({ header: { seq }, hold }: ShelvedSnapshot): boolean =>
      kept.has(seq) || inUse.has(seq) || hold !== undefined;
    return { goes: shelf.filter((each) => !stays(each)), whole: shelf.filter(stays) };
  }

  async function find(tenant: TenantId, seq: Seq): Promise<ShelvedSnapshot> {
    const found = (await history.shelf(tenant)).find(({ header }) => header.seq === seq);
    if (!found)
      throw new RewindError('INPUT_INVALID', {
        what: `There is no snapshot ${seq}.`,
        hint: '"status" tells the newest one.',
      });
    return found;
  }

  return {
    async plan(tenant) {
      const { goes, whole } = await decide(tenant);
      return {
        stays: whole.length,
        goes: goes.map(({ header }) => header),
        held: whole.flatMap(({ header, hold }) =>
          hold ? [{ seq: header.seq, takenAt: header.startedAt, hold }] : [],
        ),
        frees: await history.countUnneeded(
          tenant,
          whole.map(({ header }) => header.seq),
        ),
      };
    },

    async prune(tenant, by) {
      const now = clock.now();
      const { goes } = await decide(tenant);
      const wanted = goes.map(({ header }) => header.seq);
      const pruned = await history.markPruned(tenant, wanted, now.toISOString());
      const deleted = await history.sweepPruned(
        tenant,
        new Date(now.getTime() - PRUNE_GRACE_IN_MS).toISOString(),
      );
      if (pruned.length > 0 || deleted.versions + deleted.links > 0)
        await audit.append({
          tenant,
          actor: by ? { objectId: by.objectId, name: by.name } : 'service',
          kind: 'retention.pruned',
          details: { snapshots: [...pruned], versions: deleted.versions, links: deleted.links },
        });
      return { pruned, deleted };
    },

    async hold(tenant, seq, because, by) {
      const { header } = await find(tenant, seq);
      const hold = {
        by: { objectId: by.objectId, name: by.name },
        because,
        at: clock.now().toISOString(),
      };
      if (!(await history.hold(tenant, seq, hold))) throw await prunedAlready(history, tenant, seq);
      await audit.append({ tenant, actor: hold.by, kind: 'retention.held', details: { seq, because } });
      return header;
    },

    async release(tenant, seq, by) {
      const { header } = await find(tenant, seq);
      const hold = await history.release(tenant, seq);
      if (!hold)
        throw new RewindError('INPUT_INVALID', {
          what: `Snapshot ${seq} is not held.`,
          hint: '"prune dry run" lists those that are.',
        });
      await audit.append({
        tenant,
        actor: { objectId: by.objectId, name: by.name },
        kind: 'retention.released',
        details: { seq, heldBy: hold.by.name, heldSince: hold.at },
      });
      return header;
    },
  };
}

async function prunedAlready(history: RetentionStore, tenant: TenantId, seq: Seq): Promise<RewindError> {
  const whole = (await history.shelf(tenant)).filter(({ prunedAt }) => prunedAt === undefined);
  const nearest = [
    whole.findLast(({ header }) => header.seq < seq),
    whole.find(({ header }) => header.seq > seq),
  ].flatMap((each) => (each ? [`snapshot ${each.header.seq}`] : []));
  return new RewindError('SNAPSHOT_PRUNED', { point: `Snapshot ${seq}`, nearest: nearest.join(' · ') });
}
