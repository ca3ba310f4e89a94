/**
 * Goes up with every change of what a population seeds that a journal may speak of: older ones could not be played on it.
 * 2: role assignments have Entra's ids.
 */
export const JOURNAL_FORMAT = 2;

/** First line of the journal: what the tenant was seeded with, so that a restart builds the same one. */
export interface JournalHeader {
  readonly format: typeof JOURNAL_FORMAT;
  readonly tenantId: string;
  readonly population: { readonly users: number; readonly groups: number; readonly seed: number } | 'story';
  /** Local date of the story's day, "2026-11-21". */
  readonly today: string;
  /** Instant (milliseconds) at which the seeded objects stand. */
  readonly seededAt: number;
}
