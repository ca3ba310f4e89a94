import type { Seq } from './ids.js';

/**
 * A time as a person said it, already read in their zone but not yet tied to a snapshot (SPEC R2). The phrase parser makes it,
 * `resolvePoint` of services/snapshots answers with the restore point.
 */
export type When =
  /** A whole local day ("yesterday", "Friday", a date): its latest snapshot, or else the latest before it. */
  | {
      readonly kind: 'day';
      /** Calendar date YYYY-MM-DD in `zone`. */
      readonly date: string;
      /** IANA name, e.g. Europe/Berlin. */
      readonly zone: string;
      readonly words: string;
    }
  /** An instant ("2 hours ago", "Friday 5pm"): the latest snapshot at or before it. `at` is ISO 8601 UTC. */
  | { readonly kind: 'instant'; readonly at: string; readonly zone?: string; readonly words: string }
  /** "snapshot 14": exactly that one. */
  | { readonly kind: 'snapshot'; readonly seq: Seq; readonly words: string }
  | { readonly kind: 'latest' };
