import type { When } from '../../services/model/when.js';
import type { CommandOf, NearMiss, ObjectPhrase } from './command.js';
import { formatObjects, incomplete, readObjects, type Rest } from './objects.js';
import { timeMiss } from './restore.js';
import { textOf, type Token } from './tokens.js';
import { formatWhen, parseWhen } from './when.js';

/** Sentences that only look: find, show, compare, what changed; and those about the sign-in of one user. */

const TIME: ReadonlySet<string> = new Set(['at', 'from', 'on', 'as']);
/** Words that would end a name in these sentences. */
export const LOOKING_WORDS: ReadonlySet<string> = new Set([
  ...['at', 'from', 'on', 'as', 'to', 'and', 'with', 'between', 'because', 'since', 'in'],
  ...['user', 'group', 'users', 'groups', 'the', 'a', 'an', 'of', 'for', 'my', 'our', 'account', 'person'],
  ...['member', 'guest', 'team', 'accounts', 'people', 'teams'],
]);

export function readFind(rest: Rest): CommandOf<'find'> | NearMiss {
  const [object] = readObjects(rest.tokens);
  if (object === undefined) return incomplete(rest, 'find', 'a part of a name', 'find moreau');
  return { command: 'find', text: object.name, ...(object.type === undefined ? {} : { type: object.type }) };
}

export function readShow(rest: Rest): CommandOf<'show'> | NearMiss {
  const index = rest.tokens.findIndex(({ word }, at) => at > 0 && TIME.has(word));
  const [object] = readObjects(index < 0 ? rest.tokens : rest.tokens.slice(0, index));
  if (object === undefined) return incomplete(rest, 'show', 'a name', 'show user alice at yesterday');
  if (index < 0) return { command: 'show', object };
  const phrase = textOf(rest.tokens.slice(index + 1)).replace(/^(?:of|on|at) /i, '');
  const when = parseWhen(phrase, rest.ctx);
  return when === null ? timeMiss(rest, phrase, 'show') : { command: 'show', object, when };
}

/** `compare [user] NAME [between|from] TIME [and|to|with] TIME|now`; with one time only, the other is now. */
export function readCompare(rest: Rest): CommandOf<'compare'> | NearMiss {
  const example = 'compare user alice yesterday now';
  const { tokens } = rest;
  for (let cutAt = 1; cutAt < tokens.length; cutAt += 1) {
    const times = readTwoTimes(tokens.slice(cutAt), rest);
    const [object] = readObjects(tokens.slice(0, cutAt));
    if (times !== null && object !== undefined && !isTypeOnly(tokens.slice(0, cutAt))) {
      return { command: 'compare', object, ...times };
    }
  }
  return incomplete(
    rest,
    'compare',
    tokens.length < 2 ? 'a name and a time' : 'a time to compare with',
    example,
  );
}

const isTypeOnly = (tokens: readonly Token[]): boolean =>
  tokens.every(({ word }) => ['user', 'group', 'the', 'account', 'team', 'users', 'groups'].includes(word));

function readTwoTimes(
  tokens: readonly Token[],
  rest: Rest,
): { readonly from: When; readonly to: When | 'now' } | null {
  const plain = ['between', 'from', 'at', 'on', 'since'].includes(tokens[0]?.word ?? '')
    ? tokens.slice(1)
    : tokens;
  for (let cutAt = plain.length; cutAt >= 1; cutAt -= 1) {
    const from = parseWhen(textOf(plain.slice(0, cutAt)), rest.ctx);
    if (from === null || (from.kind === 'instant' && from.words.toLowerCase() === 'now')) continue;
    const left = plain.slice(cutAt);
    const second = ['and', 'to', 'with', 'vs', 'against', '-'].includes(left[0]?.word ?? '')
      ? left.slice(1)
      : left;
    const said = textOf(second);
    if (second.length === 0 && left.length === 0) return { from, to: 'now' };
    if (/^(?:now|live|today's state|the live directory)$/i.test(said)) return { from, to: 'now' };
    const to = parseWhen(said, rest.ctx);
    if (to !== null) return { from, to };
  }
  return null;
}

/** `what changed [since TIME]` */
export function readChanged(rest: Rest): CommandOf<'changed'> | NearMiss {
  const { tokens } = rest;
  if (tokens.length === 0) return { command: 'changed' };
  const phrase = textOf(
    ['since', 'from', 'after', 'on', 'at', 'in'].includes(tokens[0]?.word ?? '') ? tokens.slice(1) : tokens,
  );
  const since = parseWhen(phrase, rest.ctx);
  return since === null ? timeMiss(rest, phrase, 'changed') : { command: 'changed', since };
}

type OnUser = 'resetPassword' | 'issuePass' | 'revokeSessions';

/** `reset password for NAME [because "…"]` and its like; always a user. */
export function onUser<N extends OnUser>(
  command: N,
  example: string,
): (rest: Rest) => CommandOf<N> | NearMiss {
  return (rest) => {
    const index = rest.tokens.findIndex(({ word }) => word === 'because');
    const [object] = readObjects(index < 0 ? rest.tokens : rest.tokens.slice(0, index));
    if (object === undefined) return incomplete(rest, command, 'a name', example);
    const reason = index < 0 ? '' : textOf(rest.tokens.slice(index + 1));
    const user: ObjectPhrase = { type: 'user', name: object.name };
    return { command, object: user, ...(reason === '' ? {} : { reason }) } as CommandOf<N>;
  };
}

export const formatShow = ({ object, when }: CommandOf<'show'>, timeZone: string): string =>
  ['show', formatObjects([object], LOOKING_WORDS), when === undefined ? '' : `at ${bare(when, timeZone)}`]
    .filter(Boolean)
    .join(' ');

export const formatCompare = ({ object, from, to }: CommandOf<'compare'>, timeZone: string): string =>
  `compare ${formatObjects([object], LOOKING_WORDS)} from ${bare(from, timeZone)} to ${to === 'now' ? 'now' : bare(to, timeZone)}`;

export const formatChanged = ({ since }: CommandOf<'changed'>, timeZone: string): string =>
  since === undefined ? 'what changed' : `what changed since ${bare(since, timeZone)}`;

/** Without the preposition that a restore sentence puts in front. */
const bare = (when: When, timeZone: string): string =>
  formatWhen(when, timeZone).replace(/^(?:from|at|to) (?:the )?/, '');
