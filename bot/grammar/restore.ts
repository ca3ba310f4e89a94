import type { When } from '../../services/model/when.js';
import type { CommandOf, NearMiss, RestorePhrase } from './command.js';
import { ASPECT_NAMES, aspectsOf, nearestAspect } from './aspects.js';
import {
  formatName,
  formatObjects,
  incomplete,
  readObjects,
  split,
  TYPE_WORDS,
  type Rest,
} from './objects.js';
import { quote, textOf, type Token } from './tokens.js';
import { formatWhen, nearestWhen, parseWhen } from './when.js';

/** Words that begin a part of a restore sentence; a name that contains one is written in quotes. */
const CLAUSES: ReadonlySet<string> = new Set([
  ...['from', 'at', 'to', 'on', 'as', 'since', 'before'],
  ...['with', 'including', 'without', 'except', 'exactly', 'exact', 'blocked', 'because', 'reason', 'only'],
  ...['dry', 'dryrun', 'keep', 'and', 'the', 'a', 'an', 'of', 'for', 'my', 'our'],
  ...TYPE_WORDS,
]);
const TIME: ReadonlySet<string> = new Set(['from', 'at', 'to', 'on']);
/** "last Friday at 5pm": these go on inside a time. */
const INSIDE_TIME: ReadonlySet<string> = new Set(['at', 'on', 'from', 'to']);

interface Clause {
  readonly word: string;
  readonly tokens: readonly Token[];
}

const EXAMPLE = 'restore user alice from yesterday with memberships';

/** `restore [user|group] NAME [from TIME] [with …] [without …|"NAME"] [exactly] [blocked] [only …] [because "…"] [dry run]` */
export function readRestore(rest: Rest): CommandOf<'restore'> | NearMiss {
  const { head, clauses } = cut(rest.tokens);
  const [first, ...others] = readObjects(head);
  if (first === undefined) return incomplete(rest, 'restore', 'a name', EXAMPLE);
  let when: When | undefined;
  let reason: string | undefined;
  let dryRun = false;
  const options: { -readonly [K in keyof RestorePhrase]: RestorePhrase[K] } = { with: [], without: [] };
  for (const { word, tokens } of clauses) {
    const said = textOf(tokens);
    if (TIME.has(word) || word === 'as of' || word === 'as on') {
      const parsed = parseWhen(said, rest.ctx);
      if (parsed === null) return timeMiss(rest, said);
      when = parsed;
    } else if (word === 'with' || word === 'including' || word === 'without' || word === 'except') {
      const leaves = word === 'without' || word === 'except';
      const asked = readAspects(tokens, rest, leaves);
      if ('miss' in asked) return asked;
      if (asked.names.length > 0) options.leaveOut = unique([...(options.leaveOut ?? []), ...asked.names]);
      if (asked.object) options.withObject = !leaves;
      if (leaves) options.without = unique([...options.without, ...asked.aspects]);
      else options.with = unique([...options.with, ...asked.aspects]);
    } else if (word === 'exactly' || word === 'exact') options.mode = 'exact';
    else if (word === 'blocked') options.blockSignIn = true;
    else if (word === 'because' || word === 'reason') reason = said;
    else if (word === 'dry run') dryRun = true;
    else if (word === 'as') options.newUserPrincipalName = said;
    else if (word === 'only')
      options.onlyProperties = unique(split(tokens).map((part) => textOf(part).toLowerCase()));
  }
  const unsaid = clauses.find(({ word, tokens }) => tokens.length === 0 && !ALONE.has(word));
  if (unsaid !== undefined) return incomplete(rest, 'restore', WANTS[unsaid.word] ?? 'a word', EXAMPLE);
  return {
    command: 'restore',
    objects: [first, ...others],
    ...(when === undefined ? {} : { when }),
    options,
    ...(reason === undefined ? {} : { reason }),
    dryRun,
  };
}

const ALONE: ReadonlySet<string> = new Set(['exactly', 'exact', 'blocked', 'dry run']);
const WANTS: Readonly<Record<string, string>> = {
  from: 'a time',
  at: 'a time',
  to: 'a time or a snapshot',
  on: 'a time',
  'as of': 'a time',
  'as on': 'a time',
  with: 'what to bring back',
  without: 'what to leave out',
  because: 'a reason',
  reason: 'a reason',
  only: 'the properties',
  as: 'the new sign-in name',
};

/** Parts the words into the name and its clauses. A time goes on over "at" and "on"; a reason takes all that is left. */
function cut(tokens: readonly Token[]): {
  readonly head: readonly Token[];
  readonly clauses: readonly Clause[];
} {
  const head: Token[] = [];
  const clauses: { word: string; tokens: Token[] }[] = [];
  for (let index = 0; index < tokens.length; index += 1) {
    const token = tokens[index] as Token;
    const current = clauses.at(-1);
    if (current?.word === 'because' && (current.tokens.length === 0 || !current.tokens[0]?.quoted)) {
      current.tokens.push(token);
      continue;
    }
    const started = clauseAt(tokens, index, current?.word);
    if (started !== null) {
      clauses.push({ word: started.word, tokens: [] });
      index += started.words - 1;
    } else if (current === undefined) head.push(token);
    else if (!ALONE.has(current.word)) current.tokens.push(token);
    else if (token.word !== 'and') head.push(token);
  }
  return { head, clauses };
}

/** The clause that begins at this word, if any, and how many words name it. */
function clauseAt(
  tokens: readonly Token[],
  index: number,
  current: string | undefined,
): { readonly word: string; readonly words: number } | null {
  const word = tokens[index]?.word ?? '';
  const next = tokens[index + 1]?.word ?? '';
  const nextText = tokens[index + 1]?.text ?? '';
  const inTime = current !== undefined && (TIME.has(current) || current.startsWith('as o'));
  if (inTime && INSIDE_TIME.has(word)) return null;
  if (word === 'as' && (next === 'of' || next === 'on' || next === 'at')) return { word: 'as of', words: 2 };
  if (word === 'as') return nextText.includes('@') ? { word: 'as', words: 1 } : null;
  if (word === 'dry' && next === 'run') return { word: 'dry run', words: 2 };
  if (word === 'dryrun' || word === 'dry-run' || word === '--dry-run') return { word: 'dry run', words: 1 };
  if (word === 'keep' && next === 'blocked') return { word: 'blocked', words: 2 };
  if (word === 'keep' && /^sign-?in$/.test(next))
    return { word: 'blocked', words: tokens[index + 2]?.word === 'blocked' ? 3 : 2 };
  if (word === 'reason' && next !== '') return { word: 'because', words: 1 };
  if (word === 'because') return { word: 'because', words: 1 };
  if (word === 'exactly' || word === 'exact') {
    return { word: 'exactly', words: next === 'as' && tokens[index + 2]?.word === 'then' ? 3 : 1 };
  }
  if (TIME.has(word) || ['with', 'including', 'without', 'except', 'blocked', 'only'].includes(word)) {
    return { word, words: 1 };
  }
  return null;
}

/** Relationships and the object by their words; where something is left out also single lines, by name, best in quotes. */
function readAspects(
  tokens: readonly Token[],
  rest: Rest,
  takesNames: boolean,
):
  | { readonly aspects: readonly string[]; readonly object: boolean; readonly names: readonly string[] }
  | NearMiss {
  const aspects: string[] = [];
  const names: string[] = [];
  let object = false;
  for (const part of split(tokens)) {
    const said = textOf(part);
    const word = said.toLowerCase();
    if (takesNames && part.some(({ quoted }) => quoted)) {
      if (said !== '') names.push(said);
      continue;
    }
    if (/^(?:the )?(?:object|account|properties|attributes)(?: itself)?$/.test(word)) {
      object = true;
      continue;
    }
    const known = aspectsOf(word);
    if (known !== undefined) aspects.push(...known);
    // A slip of the pen is asked about; any other word names a line.
    else if (takesNames && nearestAspect(word) === undefined) names.push(said);
    else return wordMiss(rest, word);
  }
  return { aspects: unique(aspects), object, names: unique(names) };
}

function wordMiss(rest: Rest, word: string): NearMiss {
  const near = nearestAspect(word);
  return {
    miss: 'word',
    text: rest.line,
    command: 'restore',
    word,
    ...(near === undefined ? {} : { nearest: replaceIn(rest.line, word, near) }),
    known: ASPECT_NAMES,
  };
}

export function timeMiss(
  rest: Rest,
  phrase: string,
  command: 'restore' | 'show' | 'compare' | 'changed' = 'restore',
): NearMiss {
  const near = nearestWhen(phrase, rest.ctx);
  return {
    miss: 'time',
    text: rest.line,
    command,
    phrase,
    ...(near === null ? {} : { nearest: replaceIn(rest.line, phrase, near) }),
  };
}

/** The sentence with one phrase replaced, whatever its case. */
const replaceIn = (line: string, phrase: string, by: string): string => {
  const index = line.toLowerCase().lastIndexOf(phrase.toLowerCase());
  return index < 0 ? line : line.slice(0, index) + by + line.slice(index + phrase.length);
};

const unique = (words: readonly string[]): readonly string[] => [...new Set(words)];

/** The one canonical sentence; `readRestore` reads it back to the same command. */
export function formatRestore(command: CommandOf<'restore'>, timeZone: string): string {
  const { objects, when, options, reason, dryRun } = command;
  return [
    'restore',
    formatObjects(objects, CLAUSES),
    when === undefined ? '' : formatWhen(when, timeZone),
    options.withObject === true ? 'with object' : '',
    options.with.length === 0 ? '' : `with ${options.with.join(', ')}`,
    options.withObject === false ? 'without object' : '',
    options.without.length === 0 ? '' : `without ${options.without.join(', ')}`,
    options.leaveOut === undefined ? '' : `without ${options.leaveOut.map(quote).join(', ')}`,
    options.onlyProperties === undefined
      ? ''
      : `only ${options.onlyProperties.map((name) => formatName(name, CLAUSES)).join(', ')}`,
    options.newUserPrincipalName === undefined ? '' : `as ${options.newUserPrincipalName}`,
    options.mode === 'exact' ? 'exactly' : '',
    options.blockSignIn === true ? 'blocked' : '',
    dryRun ? 'dry run' : '',
    reason === undefined ? '' : `because ${quote(reason)}`,
  ]
    .filter(Boolean)
    .join(' ');
}
