import type { MachineTime } from './machine-time.js';

/**
 * Keeps us under Graph's limits before it has to say so (FACTS §14), one per application and tenant.
 * Two token buckets (resource units, writes), one for Conditional Access (a request per second), and a gate that a 429 closes.
 */
export interface Governor {
  /** Waits until a request of this cost may go out. */
  admit(cost: RequestCost): Promise<void>;
  /** The request is over; `units` is what Graph charged (x-ms-resource-unit), undefined = as estimated. */
  settle(cost: RequestCost, units: number | undefined, usage: number | undefined): void;
  /** Graph said 429: nothing goes out for so long. */
  pause(delayInMs: number): void;
  /** Users seen so far; Graph gives larger tenants larger buckets. */
  tenantHas(users: number): void;
}

export interface RequestCost {
  readonly units: number;
  readonly writes: number;
  readonly conditionalAccess: boolean;
}

interface Bucket {
  capacity: number;
  refillPerMs: number;
  level: number;
  at: number;
}

/**
 * Shares of Graph's limit: what may go at once, and what refills in a window. Together they stay at the limit in any window, however
 * Graph counts. Reading comes in bursts (a backup, a preview); a long restore lives on what refills.
 */
const READS = { burst: 0.5, refill: 0.5 };
const WRITES = { burst: 0.2, refill: 0.8 };
/** Above this share of its limit Graph reports usage; we halve our speed until it falls. */
const BUSY = 0.9;
const SIZES = [
  { users: 500, units: 8_000 },
  { users: 50, units: 5_000 },
  { users: 0, units: 3_500 },
] as const;
const WRITE_LIMIT = { perWindow: 3_000, windowInMs: 150_000 };
const UNITS_WINDOW_IN_MS = 10_000;

export function createGovernor(time: MachineTime): Governor {
  const bucket = (perWindow: number, windowInMs: number, share: typeof READS): Bucket => ({
    capacity: perWindow * share.burst,
    refillPerMs: (perWindow * share.refill) / windowInMs,
    level: perWindow * share.burst,
    at: time.now(),
  });
  let units = bucket(SIZES[2].units, UNITS_WINDOW_IN_MS, READS);
  const writes = bucket(WRITE_LIMIT.perWindow, WRITE_LIMIT.windowInMs, WRITES);
  const policies: Bucket = { capacity: 1, refillPerMs: 1 / 1_000, level: 1, at: time.now() };
  let closedUntil = 0;
  let slow = false;

  const refill = (one: Bucket): void => {
    const now = time.now();
    const speed = slow ? one.refillPerMs / 2 : one.refillPerMs;
    one.level = Math.min(one.capacity, one.level + (now - one.at) * speed);
    one.at = now;
  };
  /** Milliseconds until the bucket holds the amount; a cost above its capacity passes when it is full. */
  const waitFor = (one: Bucket, amount: number): number => {
    if (amount <= 0) return 0;
    refill(one);
    const wanted = Math.min(amount, one.capacity);
    return one.level >= wanted ? 0 : Math.ceil((wanted - one.level) / one.refillPerMs);
  };
  const take = (cost: RequestCost, sign: 1 | -1): void => {
    units.level -= cost.units * sign;
    writes.level -= cost.writes * sign;
  };

  return {
    async admit(cost) {
      for (;;) {
        const wait = Math.max(
          closedUntil - time.now(),
          waitFor(units, cost.units),
          waitFor(writes, cost.writes),
          cost.conditionalAccess ? waitFor(policies, 1) : 0,
        );
        if (wait <= 0) break;
        await time.sleep(wait);
      }
      take(cost, 1);
      if (cost.conditionalAccess) policies.level -= 1;
    },
    settle(cost, charged, usage) {
      if (charged !== undefined) units.level -= charged - cost.units;
      slow = usage !== undefined && usage >= BUSY;
    },
    pause(delayInMs) {
      closedUntil = Math.max(closedUntil, time.now() + delayInMs);
    },
    tenantHas(users) {
      const size = SIZES.find((one) => users > one.users) ?? SIZES[2];
      if (size.units * READS.burst <= units.capacity) return;
      const spent = units.capacity - units.level;
      units = bucket(size.units, UNITS_WINDOW_IN_MS, READS);
      units.level -= spent;
    },
  };
}

/** Base costs by method and path (FACTS §14); the header of the answer corrects what this misses. Pure. */
export function costOf(method: string, pathAndQuery: string): RequestCost {
  const [path = '', query = ''] = pathAndQuery.split('?', 2);
  const conditionalAccess = path.includes('/identity/conditionalAccess/');
  if (conditionalAccess) return { units: 0, writes: 0, conditionalAccess };
  if (method !== 'GET') {
    const action = READ_ACTIONS.find(([pattern]) => pattern.test(path));
    return action
      ? { units: action[1], writes: 0, conditionalAccess }
      : { units: 1, writes: 1, conditionalAccess };
  }
  const base = READ_COSTS.find(([pattern]) => pattern.test(path))?.[1] ?? 1;
  const top = /(?:^|&)(?:\$|%24)top=(\d+)/i.exec(query)?.[1];
  const modified =
    base +
    (/(?:^|&)(?:\$|%24)expand=/i.test(query) ? 1 : 0) -
    (/(?:^|&)(?:\$|%24)select=/i.test(query) ? 1 : 0) -
    (top !== undefined && Number(top) < 20 ? 1 : 0);
  return { units: Math.max(1, modified), writes: 0, conditionalAccess };
}

const READ_COSTS: readonly (readonly [RegExp, number])[] = [
  [/\/users$/, 2],
  [/\/groups\/[^/]+\/members$/, 3],
  [/\/groups\/[^/]+\/transitiveMembers$/, 5],
  [/\/users\/[^/]+\/(licenseDetails|memberOf|ownedObjects|transitiveMemberOf)$/, 2],
  [/\/servicePrincipals\/[^/]+\/appRoleAssignments$/, 2],
  [/\/oauth2PermissionGrants(\/[^/]+)?$/, 2],
  [/\/subscribedSkus$/, 3],
];
/** POSTs that change nothing. */
const READ_ACTIONS: readonly (readonly [RegExp, number])[] = [
  [/\/(microsoft\.graph\.)?checkMember(Groups|Objects)$/, 4],
  [/\/(microsoft\.graph\.)?getMember(Groups|Objects)$/, 2],
  [/\/(microsoft\.graph\.)?getByIds$/, 3],
];
