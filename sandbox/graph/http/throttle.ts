import { GraphError } from './errors.js';

/** How far below empty retries that come too early can push a bucket: it then counts as 180 % used, the most that Graph tells. */
const deepest = 0.8;

/** Refills steadily up to its capacity; time in milliseconds. */
class Bucket {
  private level: number;
  private last: number;
  /** Until when the last refusal asked to wait. */
  private waitsUntil = -Infinity;

  constructor(
    readonly capacity: number,
    private readonly windowInMs: number,
    now: number,
  ) {
    this.level = capacity;
    this.last = now;
  }

  /**
   * Seconds to wait until `cost` fits; 0 = it fits now. Whoever asks again before the wait is over pays for the question, whoever
   * waits pays nothing (FACTS §14).
   */
  waitFor(cost: number, now: number): number {
    if (this.holds(cost, now)) return 0;
    if (now < this.waitsUntil) this.level = Math.max(-deepest * this.capacity, this.level - cost);
    const seconds = Math.max(1, Math.ceil(((cost - this.level) * this.windowInMs) / this.capacity / 1000));
    this.waitsUntil = now + seconds * 1000;
    return seconds;
  }

  holds(cost: number, now: number): boolean {
    this.refill(now);
    return this.level >= cost;
  }

  take(cost: number): void {
    this.level -= cost;
  }

  /** Share of the capacity in use, 0 to 1.8. */
  used(): number {
    return 1 - this.level / this.capacity;
  }

  private refill(now: number): void {
    this.level = Math.min(this.capacity, this.level + ((now - this.last) * this.capacity) / this.windowInMs);
    this.last = now;
  }
}

/** Which service's limits a request counts for. */
export type Area = 'directory' | 'conditionalAccess' | 'reports' | 'secureScores' | 'photos';

export interface Charge {
  readonly appId: string;
  readonly tenantId: string;
  readonly units: number;
  readonly isWrite: boolean;
  readonly area: Area;
  /** Whose picture, for photos: the key as it stands in the path. */
  readonly mailbox: string;
  /** Live users, which decide the size class of the tenant. */
  readonly users: number;
  readonly conditionalAccessBurst: number;
}

interface Limit {
  readonly bucket: Bucket;
  readonly cost: number;
  readonly scope: string;
  readonly information: string;
}

const perApp = 'Tenant_Application/ReadWrite';
const minute = 60_000;

/**
 * The buckets of FACTS §14, in machine time (moving the sandbox's clock fills none). First limit reached wins.
 * Conditional Access: one request a second for the whole tenant, refused without Retry-After; how many may come at once is a
 * switch. What an application may do over all tenants lies above what one tenant lets through. A request is answered in one go, so
 * limits of requests at a time are never met.
 */
export class Throttle {
  private readonly buckets = new Map<string, Bucket>();

  /** @param machineNow  monotonic milliseconds */
  constructor(private readonly machineNow: () => number) {}

  /**
   * @returns headers for the answer
   * @throws GraphError 429
   */
  charge(charge: Charge): Readonly<Record<string, string>> {
    const now = this.machineNow();
    if (charge.area === 'conditionalAccess') return this.single(charge, now);
    const limits = this.limitsOf(charge, now);
    for (const { bucket, cost, scope, information } of limits) {
      const wait = bucket.waitFor(cost, now);
      if (wait > 0)
        throw tooManyRequests(wait, {
          'x-ms-throttle-scope': `${scope}/${charge.appId}/${charge.tenantId}`,
          'x-ms-throttle-information': information,
          'x-ms-throttle-limit-percentage': Math.max(1, bucket.used()).toFixed(1),
        });
    }
    for (const { bucket, cost } of limits) bucket.take(cost);
    const fullest = Math.max(...limits.map(({ bucket }) => bucket.used()));
    return fullest > 0.8 ? { 'x-ms-throttle-limit-percentage': fullest.toFixed(1) } : {};
  }

  private single(charge: Charge, now: number): Readonly<Record<string, string>> {
    const burst = charge.conditionalAccessBurst;
    const bucket = this.bucket(`ca:${burst}`, burst, burst * 1000, now);
    // Nobody is told how long to wait, so nobody can come too early.
    if (!bucket.holds(1, now)) throw tooManyRequests(null, {});
    bucket.take(1);
    return {};
  }

  private limitsOf(charge: Charge, now: number): readonly Limit[] {
    const { appId, area, mailbox } = charge;
    const counted = (key: string, capacity: number, windowInMs: number): Limit => ({
      bucket: this.bucket(`${key}:${appId}`, capacity, windowInMs, now),
      cost: 1,
      scope: perApp,
      information: 'ResourceUnitLimitExceeded',
    });
    if (area === 'reports') return [counted('reports', 5, 10_000)];
    if (area === 'secureScores')
      return [counted('scores', 150, minute), counted('scores-long', 10_000, 10 * minute)];
    if (area === 'photos') return [counted(`photos:${mailbox.toLowerCase()}`, 10_000, 10 * minute)];
    return this.directoryLimits(charge, now);
  }

  private directoryLimits(charge: Charge, now: number): readonly Limit[] {
    const size = charge.users < 50 ? 3_500 : charge.users <= 500 ? 5_000 : 8_000;
    const units: Limit = {
      bucket: this.bucket(`units:${charge.appId}:${size}`, size, 10_000, now),
      cost: charge.units,
      scope: perApp,
      information: 'ResourceUnitLimitExceeded',
    };
    if (!charge.isWrite) return [units];
    const write = { cost: 1, information: 'WriteLimitExceeded' };
    return [
      units,
      { ...write, bucket: this.bucket(`writes:${charge.appId}`, 3_000, 2.5 * minute, now), scope: perApp },
      { ...write, bucket: this.bucket('writes', 18_000, 5 * minute, now), scope: 'Tenant/ReadWrite' },
    ];
  }

  private bucket(key: string, capacity: number, windowInMs: number, now: number): Bucket {
    let bucket = this.buckets.get(key);
    if (!bucket) this.buckets.set(key, (bucket = new Bucket(capacity, windowInMs, now)));
    return bucket;
  }
}

/** @param retryAfter  seconds, whole ones from the buckets; null = no header, as Conditional Access answers */
export function tooManyRequests(
  retryAfter: number | null,
  headers: Readonly<Record<string, string>>,
  code = 'TooManyRequests',
): GraphError {
  return new GraphError(429, code, 'Too Many Requests', {
    headers: { ...headers, ...(retryAfter === null ? {} : { 'retry-after': String(retryAfter) }) },
  });
}

export function areaOf(segments: readonly string[]): Area {
  const [first = '', second = '', third = ''] = segments.map((segment) => segment.toLowerCase());
  if (first === 'identity' && second === 'conditionalaccess') return 'conditionalAccess';
  if (first === 'security' && second.startsWith('securescore')) return 'secureScores';
  if (first === 'auditlogs' || first === 'reports') return 'reports';
  return third === 'photo' || third === 'photos' ? 'photos' : 'directory';
}
