/** First line of the journal: what the tenant was seeded with, so that a restart builds the same one. */
export interface JournalHeader {
  readonly format: 1;
  readonly tenantId: string;
  readonly population: { readonly users: number; readonly groups: number; readonly seed: number } | 'story';
  /** Local date of the story's day, "2026-11-21". */
  readonly today: string;
  /** Instant (milliseconds) at which the seeded objects stand. */
  readonly seededAt: number;
}
