import type { CommandName, GrammarContext, NearMiss, ObjectPhrase } from './command.js';
import { quote, type Token } from './tokens.js';

/** What a reader of a command gets: the words after the command's own, and the whole line for near misses. */
export interface Rest {
  readonly tokens: readonly Token[];
  readonly line: string;
  readonly ctx: GrammarContext;
}

const TYPES: Readonly<Record<string, { readonly type: 'user' | 'group'; readonly many: boolean }>> = {
  user: { type: 'user', many: false },
  account: { type: 'user', many: false },
  person: { type: 'user', many: false },
  member: { type: 'user', many: false },
  guest: { type: 'user', many: false },
  users: { type: 'user', many: true },
  accounts: { type: 'user', many: true },
  people: { type: 'user', many: true },
  group: { type: 'group', many: false },
  team: { type: 'group', many: false },
  groups: { type: 'group', many: true },
  teams: { type: 'group', many: true },
};
const FILLERS = new Set(['the', 'a', 'an', 'of', 'for', 'my', 'our']);

/** Words that would be taken for a type at the start of a name. */
export const TYPE_WORDS: readonly string[] = Object.keys(TYPES);

/** `[the] [user|group] NAME`; after a plural, names are parted by commas and "and". Empty = no name was said. */
export function readObjects(tokens: readonly Token[]): readonly ObjectPhrase[] {
  let index = 0;
  while (index < tokens.length - 1 && FILLERS.has(tokens[index]?.word ?? '')) index += 1;
  const kind = TYPES[tokens[index]?.word ?? ''];
  const names = kind === undefined ? tokens.slice(index) : tokens.slice(index + 1);
  const typed = kind === undefined ? {} : { type: kind.type };
  if (kind?.many !== true) {
    const name = joined(names);
    return name === '' ? [] : [{ ...typed, name }];
  }
  return split(names)
    .map(joined)
    .filter((name) => name !== '')
    .map((name) => ({ ...typed, name }));
}

const joined = (tokens: readonly Token[]): string =>
  tokens
    .map(({ text, comma }, index) => (comma && index < tokens.length - 1 ? `${text},` : text))
    .join(' ')
    .trim();

/** At commas and at "and" between names. */
export function split(tokens: readonly Token[]): readonly (readonly Token[])[] {
  const parts: Token[][] = [[]];
  for (const token of tokens) {
    if (!token.quoted && (token.word === 'and' || token.word === '&' || token.word === '+')) {
      parts.push([]);
      continue;
    }
    parts.at(-1)?.push({ ...token, comma: false });
    if (token.comma) parts.push([]);
  }
  return parts.filter((part) => part.length > 0);
}

/** A name that needs no quotes: one word that is no keyword, such as a sign-in name or an id. */
const PLAIN = /^[\p{L}\p{N}][\p{L}\p{N}._@#'’+-]*$/u;

/** Dropped from the ends of a sentence (tokens.ts), so a name must not look like one. */
const POLITE: ReadonlySet<string> = new Set(['please', 'pls', 'thanks', 'kindly', 'me', 'you']);

export function formatName(name: string, keywords: ReadonlySet<string>): string {
  const safe = PLAIN.test(name) && !/[.'’]$/.test(name) && !POLITE.has(name.toLowerCase());
  return safe && !keywords.has(name.toLowerCase()) ? name : quote(name);
}

export function formatObjects(objects: readonly ObjectPhrase[], keywords: ReadonlySet<string>): string {
  const [first] = objects;
  const names = objects.map(({ name }) => formatName(name, keywords));
  if (objects.length <= 1) return [first?.type, names[0]].filter(Boolean).join(' ');
  return `${first?.type ?? 'user'}s ${names.join(', ')}`;
}

export const incomplete = (rest: Rest, command: CommandName, missing: string, example: string): NearMiss => ({
  miss: 'incomplete',
  text: rest.line,
  command,
  missing,
  example,
});
