import { GraphError } from './errors.js';

/** Refills steadily up to its capacity; time in milliseconds. */
class Bucket {
  private level: number;
  private last: number;

  constructor(
    readonly capacity: number,
    private readonly windowInMs: number,
    now: number,
  ) {
    this.level = capacity;
    this.last = now;
  }

  /** Seconds to wait until `cost` fits; 0 = it fits now. */
  waitFor(cost: number, now: number): number {
    this.refill(now);
    if (this.level >= cost) return 0;
    return Math.max(1, Math.ceil(((cost - this.level) * this.windowInMs) / this.capacity / 1000));
  }

  take(cost: number): void {
    this.level -= cost;
  }

  /** Share of the capacity in use, 0 to 1. */
  used(): number {
    return 1 - this.level / this.capacity;
  }

  private refill(now: number): void {
    this.level = Math.min(this.capacity, this.level + ((now - this.last) * this.capacity) / this.windowInMs);
    this.last = now;
  }
}

export interface Charge {
  readonly appId: string;
  readonly tenantId: string;
  readonly units: number;
  readonly isWrite: boolean;
  readonly area: 'directory' | 'conditionalAccess' | 'reports';
  /** Live users, which decide the size class of the tenant. */
  readonly users: number;
  readonly conditionalAccessBurst: number;
}

/**
 * The buckets of FACTS §14, in machine time (moving the sandbox's clock fills none). First limit reached wins.
 * Conditional Access: one request a second for the whole tenant, refused without Retry-After; how many may come at once is a
 * switch. Reports: 5 in 10 s.
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
          'x-ms-throttle-limit-percentage': '1.0',
        });
    }
    for (const { bucket, cost } of limits) bucket.take(cost);
    const fullest = Math.max(...limits.map(({ bucket }) => bucket.used()));
    return fullest > 0.8 ? { 'x-ms-throttle-limit-percentage': fullest.toFixed(1) } : {};
  }

  private single(charge: Charge, now: number): Readonly<Record<string, string>> {
    const burst = charge.conditionalAccessBurst;
    const bucket = this.bucket(`ca:${burst}`, burst, burst * 1000, now);
    if (bucket.waitFor(1, now) > 0) throw tooManyRequests(null, {});
    bucket.take(1);
    return {};
  }

  private limitsOf(charge: Charge, now: number) {
    if (charge.area === 'reports')
      return [
        {
          bucket: this.bucket(`reports:${charge.appId}`, 5, 10_000, now),
          cost: 1,
          scope: 'Tenant_Application/ReadWrite',
          information: 'ResourceUnitLimitExceeded',
        },
      ];
    const size = charge.users < 50 ? 3_500 : charge.users <= 500 ? 5_000 : 8_000;
    const units = {
      bucket: this.bucket(`units:${charge.appId}:${size}`, size, 10_000, now),
      cost: charge.units,
      scope: 'Tenant_Application/ReadWrite',
      information: 'ResourceUnitLimitExceeded',
    };
    if (!charge.isWrite) return [units];
    const write = { cost: 1, information: 'WriteLimitExceeded' };
    return [
      units,
      {
        ...write,
        bucket: this.bucket(`writes:${charge.appId}`, 3_000, 150_000, now),
        scope: 'Tenant_Application/ReadWrite',
      },
      { ...write, bucket: this.bucket('writes', 18_000, 300_000, now), scope: 'Tenant/ReadWrite' },
    ];
  }

  private bucket(key: string, capacity: number, windowInMs: number, now: number): Bucket {
    let bucket = this.buckets.get(key);
    if (!bucket) this.buckets.set(key, (bucket = new Bucket(capacity, windowInMs, now)));
    return bucket;
  }
}

/** @param retryAfter  whole seconds; null = no header, as Conditional Access answers */
export function tooManyRequests(
  retryAfter: number | null,
  headers: Readonly<Record<string, string>>,
): GraphError {
  return new GraphError(429, 'TooManyRequests', 'Too Many Requests', {
    headers: { ...headers, ...(retryAfter === null ? {} : { 'retry-after': String(retryAfter) }) },
  });
}

export function areaOf(segments: readonly string[]): Charge['area'] {
  const [first = '', second = ''] = segments.map((segment) => segment.toLowerCase());
  if (first === 'identity' && second === 'conditionalaccess') return 'conditionalAccess';
  return first === 'auditlogs' || first === 'reports' ? 'reports' : 'directory';
}
