/** Teams' limits on a bot: size, rate, answer time. Figures of teams/FACTS §2, §3, §4, §6; all can be set. */
import { z } from 'zod';

const rate = z.object({ count: z.number().int().positive(), perMs: z.number().int().positive() });

export const limitsSchema = z.object({
  /** Bytes of the message as UTF-16. */
  maxMessageBytes: z.number().int().positive(),
  /** Sends, edits, deletions of one conversation. */
  sendRates: z.array(rate),
  /** Roster reads of one conversation. */
  readRates: z.array(rate),
  /** Reads of a whole roster at once (`…/members`), which is deprecated. */
  wholeRosterRates: z.array(rate),
  /** Every call of the bot in the tenant. */
  appRates: z.array(rate),
  /** Time the bot has for its HTTP answer. */
  messageTimeoutMs: z.number().int().positive(),
  actionTimeoutMs: z.number().int().positive(),
  dialogTimeoutMs: z.number().int().positive(),
  /** A dialog's call is sent again when it timed out. */
  dialogRetries: z.number().int().nonnegative(),
  /** An automatic refresh is not repeated within this time of the last answer. */
  refreshPauseMs: z.number().int().nonnegative(),
});
export type Limits = z.infer<typeof limitsSchema>;

export const DEFAULT_LIMITS: Limits = {
  maxMessageBytes: 100 * 1024,
  sendRates: [
    { count: 7, perMs: 1_000 },
    { count: 8, perMs: 2_000 },
    { count: 60, perMs: 30_000 },
    { count: 1_800, perMs: 3_600_000 },
  ],
  readRates: [
    { count: 14, perMs: 1_000 },
    { count: 16, perMs: 2_000 },
    { count: 120, perMs: 30_000 },
    { count: 3_600, perMs: 3_600_000 },
  ],
  wholeRosterRates: [{ count: 5, perMs: 60_000 }],
  appRates: [{ count: 50, perMs: 1_000 }],
  messageTimeoutMs: 15_000,
  actionTimeoutMs: 10_000,
  dialogTimeoutMs: 5_000,
  dialogRetries: 2,
  refreshPauseMs: 60_000,
};

const BASE64_IMAGE = /^data:image\/[a-z+.-]+;base64,[a-z0-9+/]*=*$/i;
/** Members that may hold a picture; what looks like one elsewhere is text. */
const PICTURES: ReadonlySet<string> = new Set(['url', 'contentUrl', 'iconUrl', 'backgroundImage']);

/** Size as Teams counts it: UTF-16 code units of the JSON, two bytes each; images in base64 do not count. */
export function utf16Bytes(value: unknown): number {
  const counted = (name: string, one: unknown): unknown =>
    typeof one === 'string' && PICTURES.has(name) && BASE64_IMAGE.test(one) ? '' : one;
  return JSON.stringify(value, counted).length * 2;
}

/** Sliding windows per key. Machine time, because the caller waits in machine time. */
export class RateMeter {
  readonly #calls = new Map<string, number[]>();
  readonly #now: () => number;

  /** @param now  monotonic milliseconds */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /**
   * Counts a call unless a window is full (a refused call does not count).
   * @returns seconds to wait, whole and at least 1; undefined = taken
   */
  take(key: string, rates: Limits['sendRates']): number | undefined {
    const now = this.#now();
    const longest = Math.max(0, ...rates.map((window) => window.perMs));
    const calls = (this.#calls.get(key) ?? []).filter((at) => at > now - longest);
    this.#calls.set(key, calls);
    for (const window of rates) {
      const inside = calls.filter((at) => at > now - window.perMs);
      if (inside.length < window.count) continue;
      const freeAt = (inside[inside.length - window.count] ?? now) + window.perMs;
      return Math.max(1, Math.ceil((freeAt - now) / 1_000));
    }
    calls.push(now);
    return undefined;
  }
}
