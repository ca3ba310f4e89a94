import { DateTime } from 'luxon';
import type { DurationLike } from 'luxon';
import type { SnapshotHeader } from '../model/history.js';
import type { Seq } from '../model/ids.js';

type Kind = 'all' | 'daily' | 'weekly' | 'monthly' | 'yearly';

/** "Of each day the last snapshot, for a year." */
export interface RetentionRule {
  readonly kind: Kind;
  /** null = for ever. */
  readonly period: DurationLike | null;
}
export type RetentionPolicy = readonly RetentionRule[];

/** What falls into one bucket in local time; of each only the last snapshot is kept. `all`: every one has its own. */
const BUCKETS: Readonly<Record<Exclude<Kind, 'all'>, string>> = {
  daily: 'yyyy-MM-dd',
  weekly: "kkkk-'W'WW",
  monthly: 'yyyy-MM',
  yearly: 'yyyy',
};

/**
 * Reads "all 90 days, daily 1 year, monthly 7 years"; "all forever" never gives anything up.
 * @returns null = not understood
 */
export function parseRetention(text: string): RetentionPolicy | null {
  const rules: RetentionRule[] = [];
  for (const part of text.toLowerCase().split(',')) {
    const words =
      /^\s*(all|daily|weekly|monthly|yearly)\s+(?:(\d{1,5})\s+(day|week|month|year)s?|forever)\s*$/;
    const [found, kind, amount, unit] = words.exec(part) ?? [];
    if (found === undefined || Number(amount) === 0 || rules.some((rule) => rule.kind === kind)) return null;
    rules.push({ kind: kind as Kind, period: unit === undefined ? null : { [`${unit}s`]: Number(amount) } });
  }
  return rules;
}

type Candidate = Pick<SnapshotHeader, 'seq' | 'startedAt' | 'status'>;

/**
 * The snapshots that a policy keeps. Within a rule's period, of each of its days (weeks, …, in local time) the last complete
 * snapshot, or the last partial one of a day that has no other. The newest, and the newest complete one, are always kept.
 * What is kept of a bucket that is over stays the same until the rule's period ends: a smaller set leads to the same choice.
 * @param snapshots oldest first
 */
export function keptBy(
  policy: RetentionPolicy,
  snapshots: readonly Candidate[],
  now: Date,
  timeZone: string,
): ReadonlySet<Seq> {
  const kept = new Set<Seq>();
  const present = DateTime.fromJSDate(now, { zone: timeZone });
  const dated = snapshots.map((header) => ({
    header,
    at: DateTime.fromISO(header.startedAt, { zone: timeZone }),
  }));
  for (const { kind, period } of policy) {
    const since = period && present.minus(period);
    const last = new Map<string, Candidate>();
    for (const { header, at } of dated) {
      if (since && at < since) continue;
      const bucket = kind === 'all' ? String(header.seq) : at.toFormat(BUCKETS[kind], { locale: 'en' });
      if (header.status === 'complete' || last.get(bucket)?.status !== 'complete') last.set(bucket, header);
    }
    for (const { seq } of last.values()) kept.add(seq);
  }
  const newestComplete = snapshots.findLast(({ status }) => status === 'complete');
  for (const always of [snapshots.at(-1), newestComplete]) if (always) kept.add(always.seq);
  return kept;
}
