import type { CommandOf, CommandName, GrammarContext, NearMiss, ParsedCommand } from './command.js';
import { isNearMiss } from './command.js';
import { nearest } from './nearest.js';
import type { CommandSpec } from './spec.js';
import { ALL_COMMANDS, specOf } from './table.js';
import { normalise, tokenise, type Token } from './tokens.js';

/** Commands by the words that begin them, longest first, so that "show request 31" is not a user called "request 31". */
const STARTS: readonly { readonly words: readonly string[]; readonly spec: CommandSpec }[] =
  ALL_COMMANDS.flatMap((spec) => spec.words.map((phrase) => ({ words: phrase.split(' '), spec }))).toSorted(
    (a, b) => b.words.length - a.words.length,
  );

/**
 * Reads a sentence. The same text in the same context gives the same answer; nothing is looked up. What is not a command comes back
 * as a near miss, with a complete sentence to run instead where one is near.
 */
export function parse(text: string, ctx: GrammarContext): ParsedCommand | NearMiss {
  const read = readSentence(text, ctx);
  return isNearMiss(read) ? offeringWhatRuns(read, ctx) : read;
}

/** A second slip in the same sentence shows only when the first is put right: what is offered has all of them put right, or is not. */
function offeringWhatRuns(miss: NearMiss, ctx: GrammarContext): NearMiss {
  if (!('nearest' in miss)) return miss;
  const { nearest: first, ...rest } = miss;
  let offered = first;
  for (let slips = 0; offered !== undefined && slips < MOST_SLIPS; slips++) {
    const read = readSentence(offered, ctx);
    if (!isNearMiss(read)) return { ...miss, nearest: offered };
    offered = nearestOf(read);
  }
  return rest;
}

const MOST_SLIPS = 5;

function readSentence(text: string, ctx: GrammarContext): ParsedCommand | NearMiss {
  const line = normalise(text);
  const tokens = dryRunLast(tokenise(line));
  if (tokens.length === 0) return { command: 'help' };
  const start = startOf(tokens);
  if (start === null) return unknown(line, tokens, ctx);
  const rest = tokens.slice(start.words.length);
  const parsed = start.spec.read({ tokens: rest, line, ctx });
  // A word alone ("status please") is its command; with words that mean nothing to it, it is a slip.
  return rest.length > 0 && !isNearMiss(parsed) && takesNothing(start.spec) && start.spec.name !== 'help'
    ? tooMuch(line, start.spec, rest)
    : parsed;
}

/** "dry run restore alice" is said as often as "restore alice dry run". */
function dryRunLast(tokens: readonly Token[]): readonly Token[] {
  const [first, second, ...rest] = tokens;
  return first?.word === 'dry' && second?.word === 'run' && rest.length > 0
    ? [...rest, first, second]
    : tokens;
}

const takesNothing = ({ syntax, words }: CommandSpec): boolean => words.includes(syntax);

const startOf = (tokens: readonly Token[]): (typeof STARTS)[number] | null =>
  STARTS.find(({ words }) => words.every((word, index) => tokens[index]?.word === word)) ?? null;

const tooMuch = (line: string, spec: CommandSpec, rest: readonly Token[]): NearMiss | ParsedCommand =>
  rest.every(({ word }) => IDLE.has(word))
    ? (spec.read({ tokens: [], line, ctx: NO_CONTEXT }) as ParsedCommand)
    : { miss: 'unknown', text: line, nearest: spec.words[0], others: [] };

const IDLE: ReadonlySet<string> = new Set([
  'now',
  'the',
  'all',
  'of',
  'this',
  'tenant',
  'today',
  'there',
  'bot',
  'everyone',
  'me',
  'a',
  'new',
]);
const NO_CONTEXT: GrammarContext = { now: new Date(0), timeZone: 'UTC' };

/** No command word: slips of the pen in the first words are put right, and the whole sentence is read again. */
function unknown(line: string, tokens: readonly Token[], ctx: GrammarContext): NearMiss {
  const repaired = repair(tokens);
  const read = repaired === null ? null : readSentence(repaired, ctx);
  const sentence =
    read === null || repaired === null ? undefined : isNearMiss(read) ? nearestOf(read) : repaired;
  const others = ALL_COMMANDS.filter(({ words }) =>
    tokens.some(({ word }) => word.length > 3 && words.some((known) => known.includes(word))),
  )
    .map(({ examples }) => examples[0])
    .filter((example) => example !== sentence)
    .slice(0, 2);
  return { miss: 'unknown', text: line, ...(sentence === undefined ? {} : { nearest: sentence }), others };
}

const nearestOf = (miss: NearMiss): string | undefined => ('nearest' in miss ? miss.nearest : undefined);

function repair(tokens: readonly Token[]): string | null {
  let best: { readonly text: string; readonly length: number } | null = null;
  for (const { words } of STARTS) {
    const said = tokens.slice(0, words.length);
    if (said.length < words.length || said.some(({ quoted }) => quoted)) continue;
    const phrase = words.join(' ');
    if (nearest(said.map(({ word }) => word).join(' '), [phrase]) === undefined) continue;
    if (best !== null && best.length >= words.length) continue;
    best = {
      text: [phrase, ...tokens.slice(words.length).map(asTyped)].join(' '),
      length: words.length,
    };
  }
  return best?.text ?? null;
}

const asTyped = ({ text, quoted, comma }: Token): string =>
  `${quoted ? `"${text.replace(/[\\"]/g, '\\$&')}"` : text}${comma ? ',' : ''}`;

/** The one canonical sentence of a command; `parse` reads it back to the same command. */
export const format = (command: ParsedCommand, timeZone: string): string =>
  specOf(command.command).format(command as CommandOf<CommandName>, timeZone);
