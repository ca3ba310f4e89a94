import { en, type ParsedResult } from 'chrono-node';
import { DateTime } from 'luxon';
import type { When } from '../../services/model/when.js';
import type { GrammarContext } from './command.js';
import { nearest } from './nearest.js';

/**
 * Reads a time phrase in the asker's zone (SPEC R2). Phrases look back: "Friday" is the last one, "5pm" the last time it was five.
 * Only a phrase that is understood whole counts; anything else is null and asked about, never guessed.
 *
 * A wall-clock time that a clock change skips is taken an hour later, one that it repeats is taken the first time; the exact
 * time is echoed on every card.
 */
export function parseWhen(phrase: string, ctx: GrammarContext): When | null {
  const words = phrase.trim();
  const text = words
    .toLowerCase()
    .replace(/^(?:the|on|at|from|of)\s+/, '')
    .replace(/\s+/g, ' ');
  if (text === '') return null;
  return (
    bySnapshot(text, words) ??
    byIso(text, words, ctx) ??
    byPartOfDay(text, words, ctx) ??
    byAgo(text, words, ctx) ??
    byCalendar(text, words, ctx)
  );
}

function bySnapshot(text: string, words: string): When | null {
  const [, digits] = /^(?:(?:snapshot|number|no\.?|restore point)\s+)*#?\s?(\d{1,9})$/.exec(text) ?? [];
  if (digits !== undefined && /^(?:snapshot|number|no|restore|#)/.test(text)) {
    return Number(digits) > 0 ? { kind: 'snapshot', seq: Number(digits), words } : null;
  }
  return /^(?:latest|newest|most recent|last)(?: (?:snapshot|backup|restore point|one))?$/.test(text)
    ? { kind: 'latest' }
    : null;
}

/** 2026-11-20 · 2026-11-20T02:00+01:00 · 2026-11-20 02:00 · 2026-11-20T01:00:00Z */
function byIso(text: string, words: string, ctx: GrammarContext): When | null {
  const [, date, time, offset] =
    /^(\d{4}-\d{2}-\d{2})(?:[t ,]+(\d{1,2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?)\s?(z|utc|[+-]\d{2}:?\d{2})?)?$/.exec(
      text.replace(/ at /, ' '),
    ) ?? [];
  if (date === undefined) return null;
  if (time === undefined) {
    return DateTime.fromISO(date, { zone: ctx.timeZone }).isValid
      ? { kind: 'day', date, zone: ctx.timeZone, words }
      : null;
  }
  const zoned = offset === undefined ? '' : offset === 'utc' ? 'Z' : offset.toUpperCase();
  const clock = time.indexOf(':') === 1 ? `0${time}` : time;
  const read = DateTime.fromISO(`${date}T${clock}${zoned}`, { zone: ctx.timeZone });
  return instant(offset === undefined ? first(read) : read, words, ctx);
}

/** Until when a part of the day lasts, as hours after its midnight. */
const PARTS: Readonly<Record<string, number>> = { morning: 12, afternoon: 18, evening: 22, night: 30 };

/** "this morning", "yesterday evening", "last night", "Friday afternoon": its end, or now while it lasts. */
function byPartOfDay(text: string, words: string, ctx: GrammarContext): When | null {
  const [, day, part] = /^(?:(.+?) )?(morning|afternoon|evening|night|tonight)$/.exec(text) ?? [];
  if (part === undefined) return null;
  const hours = PARTS[part === 'tonight' ? 'evening' : part] ?? 0;
  const spoken = day === 'this' || day === undefined ? 'today' : day === 'last' ? 'yesterday' : day;
  const base = parseWhen(spoken, ctx);
  if (base?.kind !== 'day') return null;
  const end = DateTime.fromISO(base.date, { zone: ctx.timeZone })
    .plus({ days: Math.floor(hours / 24) })
    .set({ hour: hours % 24 });
  const now = DateTime.fromJSDate(ctx.now, { zone: ctx.timeZone });
  return instant(base.date === now.toISODate() && end > now ? now : end, words, ctx);
}

const COUNTS: Readonly<Record<string, number>> = {
  a: 1,
  an: 1,
  one: 1,
  two: 2,
  three: 3,
  four: 4,
  five: 5,
  six: 6,
  seven: 7,
  eight: 8,
  nine: 9,
  ten: 10,
  twelve: 12,
  half: 0.5,
};

/** "2 hours ago" is an instant, exact over clock changes; "3 days ago" is that local day. "In 2 hours" is read, to be refused. */
function byAgo(text: string, words: string, ctx: GrammarContext): When | null {
  const now = DateTime.fromJSDate(ctx.now, { zone: ctx.timeZone });
  if (text === 'day before yesterday') return day(now.minus({ days: 2 }), words, ctx);
  const [, ahead, count, unit, back] =
    /^(in )?(\d{1,5}|[a-z]+)(?: an?)? (second|sec|minute|min|hour|hr|day|week|month)s?( (?:ago|earlier|back))?$/.exec(
      text.replace(/^an? couple of /, 'two ').replace(/^half an /, 'half '),
    ) ?? [];
  if ((ahead === undefined) === (back === undefined)) return null;
  if (count === undefined || unit === undefined) return null;
  const said = /^\d+$/.test(count) ? Number(count) : COUNTS[count];
  if (said === undefined) return null;
  const amount = ahead === undefined ? said : -said;
  const inMs = { second: 1e3, sec: 1e3, minute: 6e4, min: 6e4, hour: 36e5, hr: 36e5 }[unit];
  if (inMs !== undefined) return instant(now.minus(amount * inMs), words, ctx);
  if (!Number.isInteger(amount)) return null;
  return day(now.minus({ [`${unit}s`]: amount }), words, ctx);
}

const MONTHS = '(jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec)[a-z]*\\.?';

/** Names of days and dates, with or without a time of day. */
function byCalendar(text: string, words: string, ctx: GrammarContext): When | null {
  if (text === 'now') return instant(DateTime.fromJSDate(ctx.now, { zone: ctx.timeZone }), words, ctx);
  const prepared = text
    .replace(/\b(\d{1,2})\.(\d{1,2})\.(\d{4})\b/g, '$3-$2-$1')
    .replace(/-(\d)(?=-|\b)/g, '-0$1')
    // "Nov 20" would be read as November 2020.
    .replace(new RegExp(`\\b${MONTHS} (\\d{1,2})(?:st|nd|rd|th)?(?=$|[ ,])`), '$2 $1')
    .replace(
      /\b(\d{1,2})h(\d{2})?\b/g,
      (_, hour: string, minute: string | undefined) => `${hour}:${minute ?? '00'}`,
    );
  const now = DateTime.fromJSDate(ctx.now, { zone: ctx.timeZone });
  const reader = /^en-(US|PH)/i.test(ctx.locale ?? '') ? en : en.GB;
  // The reader computes in the machine's zone: it is given the asker's wall clock, and only calendar fields are taken back.
  const wall = new Date(now.year, now.month - 1, now.day, now.hour, now.minute, now.second);
  const [found, ...more] = reader.parse(prepared, wall, { forwardDate: false });
  if (/\b\d{4}-(?:1[3-9]|[2-9]\d)-/.test(prepared)) return null;
  if (found === undefined || more.length > 0 || found.end || found.text.trim() !== prepared.trim())
    return null;
  return fromFound(found, prepared, words, now, ctx);
}

function fromFound(
  { start }: ParsedResult,
  text: string,
  words: string,
  now: DateTime,
  ctx: GrammarContext,
): When | null {
  const hasTime = start.isCertain('hour');
  const hasDay = start.isCertain('day') || start.isCertain('weekday');
  if (!hasDay && !hasTime) return null;
  const date = DateTime.fromObject(
    { year: start.get('year') ?? now.year, month: start.get('month') ?? 1, day: start.get('day') ?? 1 },
    { zone: ctx.timeZone },
  );
  if (!date.isValid) return null;
  const weekday = start.get('weekday');
  if (
    start.isCertain('weekday') &&
    start.isCertain('day') &&
    weekday !== null &&
    date.weekday % 7 !== weekday
  ) {
    return null;
  }
  const time = {
    hour: start.get('hour') ?? 0,
    minute: start.get('minute') ?? 0,
    second: start.isCertain('second') ? (start.get('second') ?? 0) : 0,
  };
  const looksAhead = /\b(?:next|coming|tomorrow|in)\b/.test(text);
  // Only a zone that was said counts; phrases such as "an hour later" carry one of the machine's.
  if (start.isCertain('timezoneOffset') && !/\b(?:utc|gmt|z|[a-z]{1,3}[ds]?t)\b|[+-]\d/.test(text))
    return null;
  const past = lookBack(hasTime ? date.set(time) : date, { start, hasDay, looksAhead }, now);
  if (!hasTime) return day(past, words, ctx);
  if (!start.isCertain('timezoneOffset')) return instant(first(past), words, ctx);
  const zone = `UTC${offsetText(start.get('timezoneOffset') ?? 0)}`;
  return instant(past.setZone(zone, { keepLocalTime: true }), words, ctx);
}

const offsetText = (minutes: number): string => {
  const sign = minutes < 0 ? '-' : '+';
  const absolute = Math.abs(minutes);
  return `${sign}${Math.floor(absolute / 60)}:${String(absolute % 60).padStart(2, '0')}`;
};

/** What was not said in full is the last time it was so. */
function lookBack(
  date: DateTime,
  said: { readonly start: ParsedResult['start']; readonly hasDay: boolean; readonly looksAhead: boolean },
  now: DateTime,
): DateTime {
  const { start, hasDay, looksAhead } = said;
  const ahead = hasDay && !start.isCertain('hour') ? date.startOf('day') > now : date > now;
  if (!ahead || looksAhead) return date;
  if (!hasDay) return date.minus({ days: 1 });
  if (!start.isCertain('day')) return date.minus({ weeks: 1 });
  return start.isCertain('year') ? date : date.minus({ years: 1 });
}

/** A wall-clock time that comes twice is the first one; luxon leaves open which of the two it gives. */
const first = (time: DateTime): DateTime =>
  time.getPossibleOffsets().reduce((best, other) => (other < best ? other : best), time);

const instant = (time: DateTime, words: string, ctx: GrammarContext): When | null => {
  const at = time.toUTC().toISO();
  return time.isValid && at !== null ? { kind: 'instant', at, zone: ctx.timeZone, words } : null;
};

const day = (time: DateTime, words: string, ctx: GrammarContext): When | null => {
  const date = time.toISODate();
  return time.isValid && date !== null ? { kind: 'day', date, zone: ctx.timeZone, words } : null;
};

const TIME_WORDS = [
  ...[
    'yesterday',
    'today',
    'tomorrow',
    'monday',
    'tuesday',
    'wednesday',
    'thursday',
    'friday',
    'saturday',
    'sunday',
  ],
  ...[
    'january',
    'february',
    'march',
    'april',
    'june',
    'july',
    'august',
    'september',
    'october',
    'november',
    'december',
  ],
  ...[
    'last',
    'ago',
    'hours',
    'hour',
    'days',
    'minutes',
    'week',
    'weeks',
    'morning',
    'afternoon',
    'evening',
    'snapshot',
    'latest',
  ],
];

/** The same phrase with slips of the pen put right, if it then is a time. */
export function nearestWhen(phrase: string, ctx: GrammarContext): string | null {
  const repaired = phrase
    .split(' ')
    .map((word) => (/\d/.test(word) ? word : (nearest(word, TIME_WORDS) ?? word)))
    .join(' ');
  return repaired !== phrase && parseWhen(repaired, ctx) !== null ? repaired : null;
}

/** The canonical phrase with its preposition: "from 2026-11-20", "at 2026-11-20T02:00+01:00", "to snapshot 14". */
export function formatWhen(when: When, timeZone: string): string {
  switch (when.kind) {
    case 'day':
      return `from ${when.date}`;
    case 'instant':
      return `at ${isoLocal(when.at, when.zone ?? timeZone)}`;
    case 'snapshot':
      return `to snapshot ${when.seq}`;
    case 'latest':
      return 'to the latest snapshot';
  }
}

/** "2026-11-20T02:00+01:00": minutes where they say it exactly, else as fine as it takes. */
export function isoLocal(at: string, timeZone: string): string {
  const time = DateTime.fromISO(at, { zone: timeZone });
  const format =
    time.millisecond > 0
      ? "yyyy-MM-dd'T'HH:mm:ss.SSSZZ"
      : time.second > 0
        ? "yyyy-MM-dd'T'HH:mm:ssZZ"
        : "yyyy-MM-dd'T'HH:mmZZ";
  return time.toFormat(format);
}
