import type { AnyBulkWriteOperation } from 'mongodb';
import { OPEN } from '../../model/history.js';
import type { Seq } from '../../model/ids.js';

interface FactDoc {
  readonly _id: string;
  readonly from: Seq;
  readonly to: Seq;
}

/** What is stored about one object or link, seen from inside a run. */
export interface Standing<D extends FactDoc> {
  /** The fact that holds at the snapshot before. */
  readonly base: D | null;
  /** Whether this run has ended `base`. */
  readonly baseEnded: boolean;
  /** The fact that this run has begun. */
  readonly own: D | null;
}

/** The fact that holds now, within the run. */
export const currentOf = <D extends FactDoc>(standing: Standing<D>): D | null =>
  standing.own ?? (standing.baseEnded ? null : standing.base);

/** Sorts the stored facts of one object or link. @param facts without any begun in a skipped number */
export function standingOf<D extends FactDoc>(
  facts: readonly D[],
  seq: Seq,
  skipped: ReadonlySet<Seq>,
): Standing<D> {
  let own: D | null = null;
  let base: D | null = null;
  for (const fact of facts) {
    if (fact.from === seq) own = fact;
    else if (fact.from < seq && (fact.to >= seq || skipped.has(fact.to))) base = fact;
  }
  return { base, own, baseEnded: base?.to === seq };
}

/**
 * The writes that make `wanted` the fact that holds from `seq` on. Putting back what the snapshot before held takes the run's own
 * traces away again, so that facts do not depend on the way by which a run came to them.
 * @param wanted a document begun at `seq`; null = nothing holds; the base itself = as before
 */
export function settle<D extends FactDoc>(
  standing: Standing<D>,
  wanted: D | null,
  seq: Seq,
  skipped: ReadonlySet<Seq>,
): AnyBulkWriteOperation<D>[] {
  const { base, baseEnded, own } = standing;
  const keepsBase = base !== null && wanted?._id === base._id;
  const writes: Record<string, unknown>[] = [];
  if (base && keepsBase && baseEnded)
    writes.push({ updateOne: { filter: { _id: base._id, to: seq }, update: { $set: { to: OPEN } } } });
  // An end set by a run that was never published is no end: this run may set it anew, whichever of the two writes comes last.
  if (base && !keepsBase && !baseEnded)
    writes.push({
      updateOne: {
        filter: { _id: base._id, to: skipped.size === 0 ? OPEN : { $in: [OPEN, ...skipped] } },
        update: { $set: { to: seq } },
      },
    });
  if (wanted && !keepsBase)
    writes.push(
      own
        ? { replaceOne: { filter: { _id: wanted._id }, replacement: wanted } }
        : { insertOne: { document: wanted } },
    );
  else if (own) writes.push({ deleteOne: { filter: { _id: own._id } } });
  return writes as unknown as AnyBulkWriteOperation<D>[];
}
