/** What the benchmark reports; times in milliseconds, machine time. */
export interface Spread {
  readonly count: number;
  readonly p50: number;
  readonly p95: number;
  readonly max: number;
}

export interface RunFigures {
  readonly inMs: number;
  /** The same requests again, bodies thrown away: what Graph (here: the sandbox) takes by itself. */
  readonly drainInMs: number;
  /** inMs / drainInMs: what our reading, hashing and storing adds. */
  readonly ratio: number;
  /** Processor time of the product's process, its database included: steadier than inMs on a busy machine. */
  readonly cpuInMs: number;
  readonly requests: number;
  readonly resourceUnits: number;
  readonly megabytes: number;
}

export interface Figures {
  readonly population: {
    readonly users: number;
    readonly groups: number;
    readonly links: number;
    readonly seed: number;
  };
  readonly firstBackup: RunFigures & { readonly usersPerSecond: number };
  readonly increment: RunFigures & { readonly changes: number };
  /** From the sentence to the rendered card, through router and rights. */
  readonly showUser: Spread;
  /** The sentence "restore user … with memberships" to its options card. */
  readonly restoreOptions: Spread;
  /** The click on Preview to the preview card: plan against live, stored. */
  readonly restorePreview: Spread;
  readonly peakMemoryInMb: number;
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? 0;
  return { count: sorted.length, p50: round(at(0.5)), p95: round(at(0.95)), max: round(at(1)) };
}

export const round = (value: number, digits = 1): number => Number(value.toFixed(digits));

/** The middle one of an odd number of values. */
export const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
