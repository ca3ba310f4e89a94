import type { ObjectTypeName } from '../model/directory.js';
import type { SnapshotHeader } from '../model/history.js';

/** Delta is known to lose things (ANCHORS A2): once a week everything is read, an hour early so that a daily run keeps its weekday. */
const FULL_EVERY_IN_MS = (7 * 24 - 1) * 60 * 60 * 1000;

/**
 * How to read one type: by delta where the snapshot before left a token and is whole, else in full, with the reason in words.
 * @param startedAt ISO UTC start of this run
 */
export function planPart(
  previous: SnapshotHeader | null,
  type: ObjectTypeName,
  startedAt: string,
): { mode: 'full' | 'increment'; reason?: string; token: string | null } {
  const part = previous?.parts[type];
  const full = (reason: string) => ({ mode: 'full' as const, reason, token: null });
  if (!previous) return full('first backup');
  if (!part?.fullAt) return full('not read in full before');
  if (part.collapsed) return full('the last reading was not believed');
  const token = previous.tokens[type];
  if (!token) return full('no delta token');
  if (Date.parse(startedAt) - Date.parse(part.fullAt) >= FULL_EVERY_IN_MS) return full('weekly full reading');
  return { mode: 'increment', token };
}
