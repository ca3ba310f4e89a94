import { OPEN } from '../../model/history.js';
import type { SnapshotHeader } from '../../model/history.js';
import type { Seq } from '../../model/ids.js';

/** What stored facts mean to somebody who trusts the snapshots up to a published one, and none of the numbers it skipped. */
export interface View {
  /** Nothing above is seen; 0 = nothing at all. */
  readonly newest: Seq;
  /** Numbers that were never published: a fact begun there was not, an end set there does not end. */
  readonly skipped: ReadonlySet<Seq>;
}

export const viewOf = (header: SnapshotHeader | null): View => ({
  newest: header?.seq ?? 0,
  skipped: new Set(header?.skipped ?? []),
});

interface Interval {
  readonly from: Seq;
  readonly to: Seq;
}

/** Whether the fact was begun by a published snapshot of this view. */
export const wasBegun = (fact: Interval, view: View): boolean =>
  fact.from <= view.newest && !view.skipped.has(fact.from);

/** The fact's end in this view. */
export const endOf = (fact: Interval, view: View): Seq =>
  fact.to > view.newest || view.skipped.has(fact.to) ? OPEN : fact.to;

export const holdsAt = (fact: Interval, seq: Seq, view: View): boolean =>
  wasBegun(fact, view) && fact.from <= seq && endOf(fact, view) > seq;

/**
 * Conditions on `to`, each to be asked by a query of its own, that together find all facts which may hold at `seq`: those that end
 * later, and those that end in a number which was skipped before it.
 */
export function endsAfter(seq: Seq, view: View): ({ $gt: Seq } | { $in: Seq[] })[] {
  const mended = [...view.skipped].filter((number) => number <= seq);
  return mended.length === 0 ? [{ $gt: seq }] : [{ $gt: seq }, { $in: mended }];
}
