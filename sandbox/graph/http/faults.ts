import { z } from 'zod';
import { Random } from '../population/random.js';

/** What can be made to go wrong; FACTS §16.10 and issue 4 name them. */
export const faultNames = [
  'throttle',
  'unavailable',
  'timeoutAfterWrite',
  'conflict',
  'resetBefore',
  'resetAfter',
  'readLag',
  'listLag',
  'deltaLag',
  'tokenExpired',
  'permissionRemoved',
  'expireDeltaTokens',
  'resync',
] as const;
export type FaultName = (typeof faultNames)[number];

/** A fault set by a test or the page. */
const anyFault = z.strictObject({
  name: z.enum(faultNames),
  /** HTTP method, any casing; absent = every method. */
  method: z.string().optional(),
  /** Regular expression over the path without host ("/v1.0/users/…"); absent = every path. */
  path: z
    .string()
    .refine((text) => isPattern(text), 'not a regular expression')
    .optional(),
  /** How often it strikes; absent = once, or until cleared for lags, `every`, `probability` and removed permissions. */
  times: z.number().int().positive().optional(),
  /** Strikes each n-th matching request only. */
  every: z.number().int().positive().optional(),
  /** Strikes with this probability, drawn from `seed`. */
  probability: z.number().min(0).max(1).optional(),
  seed: z.number().int().optional(),
  /** Seconds, for throttle and unavailable; null = the header is left out. */
  retryAfter: z.number().nonnegative().nullable().optional(),
  /** Milliseconds on the sandbox's clock, for the lags. */
  lag: z.number().nonnegative().optional(),
  /** For permissionRemoved. */
  permission: z.string().optional(),
  /** For expireDeltaTokens 410 with Location, or 400; for unavailable and timeoutAfterWrite 500, 502, 503 or 504. */
  status: z.number().int().optional(),
  /** For throttle and conflict: another of the codes that Graph gives such a refusal (FACTS §13). */
  code: z.string().optional(),
});
export const faultSpec = anyFault.superRefine((spec, context) => {
  const refuse = (path: string, known: readonly unknown[]): void =>
    context.addIssue({
      code: 'custom',
      path: [path],
      message: `for ${spec.name} one of ${known.join(', ')}`,
    });
  const statuses = statusesOf[spec.name] ?? [];
  if (spec.status !== undefined && !statuses.includes(spec.status)) refuse('status', statuses);
  const codes = codesOf[spec.name] ?? [];
  if (spec.code !== undefined && !codes.includes(spec.code)) refuse('code', codes);
});
export type FaultSpec = z.infer<typeof faultSpec>;

const statusesOf: Partial<Record<FaultName, readonly number[]>> = {
  expireDeltaTokens: [410, 400],
  unavailable: [503, 500, 502, 504],
  timeoutAfterWrite: [504, 500, 502, 503],
};
/** The first is what comes unless another is asked for. */
export const codesOf: Partial<Record<FaultName, readonly string[]>> = {
  throttle: ['TooManyRequests', 'Request_ThrottledTemporarily', 'ApplicationThrottled'],
  conflict: ['Directory_ConcurrencyViolation', 'ConflictingObjects'],
};

function isPattern(text: string): boolean {
  try {
    return new RegExp(text, 'u') instanceof RegExp;
  } catch {
    return false;
  }
}

interface Armed {
  readonly id: number;
  readonly spec: FaultSpec;
  readonly path: RegExp | null;
  readonly random: Random;
  seen: number;
  left: number;
}

const lags: ReadonlySet<FaultName> = new Set(['readLag', 'listLag', 'deltaLag']);

/** Faults waiting to strike, in the order in which they were set. */
export class Faults {
  private armed: Armed[] = [];
  private lastId = 0;

  arm(spec: FaultSpec): number {
    this.lastId += 1;
    this.armed.push({
      id: this.lastId,
      spec,
      path: spec.path === undefined ? null : new RegExp(spec.path, 'u'),
      random: new Random(spec.seed ?? 1),
      seen: 0,
      left:
        spec.times ??
        (lags.has(spec.name) || spec.name === 'permissionRemoved'
          ? Infinity
          : spec.every || spec.probability
            ? Infinity
            : 1),
    });
    return this.lastId;
  }

  clear(name?: FaultName): void {
    this.armed = name === undefined ? [] : this.armed.filter((fault) => fault.spec.name !== name);
  }

  list(): readonly { id: number; name: FaultName; left: number | null }[] {
    return this.armed.map(({ id, spec, left }) => ({
      id,
      name: spec.name,
      left: Number.isFinite(left) ? left : null,
    }));
  }

  /** The first fault of these names that strikes this request; it counts as used. */
  strike(names: readonly FaultName[], method: string, path: string): FaultSpec | null {
    for (const fault of this.armed) {
      if (!names.includes(fault.spec.name) || fault.left <= 0 || !fits(fault, method, path)) continue;
      fault.seen += 1;
      if (fault.spec.every !== undefined && fault.seen % fault.spec.every !== 0) continue;
      if (fault.spec.probability !== undefined && fault.random.next() >= fault.spec.probability) continue;
      fault.left -= 1;
      this.armed = this.armed.filter((other) => other.left > 0);
      return fault.spec;
    }
    return null;
  }

  /** Longest lag of this name for a request, in milliseconds; a lag is a state, not a strike. */
  lag(name: 'readLag' | 'listLag' | 'deltaLag', method: string, path: string): number {
    const fitting = this.armed.filter((fault) => fault.spec.name === name && fits(fault, method, path));
    return Math.max(0, ...fitting.map((fault) => fault.spec.lag ?? 30_000));
  }

  removedPermissions(): readonly string[] {
    return this.armed.flatMap(({ spec }) =>
      spec.name === 'permissionRemoved' && spec.permission !== undefined ? [spec.permission] : [],
    );
  }
}

function fits(fault: Armed, method: string, path: string): boolean {
  const { spec } = fault;
  if (spec.method !== undefined && spec.method.toUpperCase() !== method) return false;
  return fault.path === null || fault.path.test(path);
}
