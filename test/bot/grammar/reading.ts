import { parse, type NearMiss, type ParsedCommand } from '../../../bot/grammar/index.js';

export const ZONE = 'Europe/Berlin';
/** Saturday 21 Nov 2026, 09:55 in Berlin. */
const context = { now: new Date('2026-11-21T08:55:00Z'), timeZone: ZONE, locale: 'en-GB' };

/** What the grammar makes of a sentence on the morning of the story. */
export const read = (text: string): ParsedCommand | NearMiss => parse(text, context);
