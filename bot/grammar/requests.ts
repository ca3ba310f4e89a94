import type { CommandName, CommandOf, NearMiss, ProofWord, RequestPhrase } from './command.js';
import { formatName, incomplete, type Rest } from './objects.js';
import { quote, textOf, type Token } from './tokens.js';

/** Sentences about a request: its number (or the last one), then what is said about it. */

/** `[request|number|#] 31`, or `last`. */
export function readRequest(
  tokens: readonly Token[],
): { readonly request: RequestPhrase; readonly rest: readonly Token[] } | null {
  let index = 0;
  while (['request', 'the', 'number', 'no', 'no.', 'for', 'of', 'job'].includes(tokens[index]?.word ?? ''))
    index += 1;
  const token = tokens[index];
  const rest = tokens.slice(index + 1);
  if (token === undefined) return null;
  const [, digits] = /^#?(\d{1,9})$/.exec(token.word) ?? [];
  if (digits !== undefined && Number(digits) > 0) return { request: Number(digits), rest };
  if (['last', 'latest', 'newest', 'it'].includes(token.word)) {
    return {
      request: 'last',
      rest: rest[0]?.word === 'request' || rest[0]?.word === 'one' ? rest.slice(1) : rest,
    };
  }
  return null;
}

type OnRequest = 'undo' | 'request' | 'withdraw' | 'stop' | 'reveal';

/** The request is the whole sentence; `fallback` stands where none was named. */
export function onRequest<N extends OnRequest>(
  command: N,
  example: string,
  fallback?: RequestPhrase,
): (rest: Rest) => CommandOf<N> | NearMiss {
  return (rest) => {
    const found = readRequest(rest.tokens);
    if (found !== null && found.rest.length === 0) return { command, request: found.request } as CommandOf<N>;
    if (rest.tokens.length === 0 && fallback !== undefined) {
      return { command, request: fallback } as CommandOf<N>;
    }
    return incomplete(rest, command, 'the number of a request', example);
  };
}

export function readApprove(rest: Rest): CommandOf<'approve'> | NearMiss {
  const found = readRequest(rest.tokens);
  if (found === null) return incomplete(rest, 'approve', 'the number of a request', 'approve 31');
  const said = found.rest.filter(({ word }) => !['with', 'number', 'the', 'code', 'and'].includes(word));
  if (said.length === 0) return { command: 'approve', request: found.request };
  const [only, ...more] = said;
  if (more.length > 0 || !/^\d{1,2}$/.test(only?.text ?? '')) {
    return incomplete(
      rest,
      'approve',
      "the two digits on the requester's card",
      `approve ${found.request} number 47`,
    );
  }
  return { command: 'approve', request: found.request, number: Number(only?.text) };
}

export function readDeny(rest: Rest): CommandOf<'deny'> | NearMiss {
  const found = readRequest(rest.tokens);
  if (found === null)
    return incomplete(rest, 'deny', 'the number of a request', 'deny 31 because "not agreed with Tom"');
  const said = found.rest[0]?.word === 'because' ? found.rest.slice(1) : found.rest;
  const comment = textOf(said);
  return { command: 'deny', request: found.request, ...(comment === '' ? {} : { comment }) };
}

export function readReassign(rest: Rest): CommandOf<'reassign'> | NearMiss {
  const found = readRequest(rest.tokens);
  if (found === null)
    return incomplete(rest, 'reassign', 'the number of a request', 'reassign 31 to mei.lin@contoso.example');
  const to = textOf(found.rest[0]?.word === 'to' ? found.rest.slice(1) : found.rest);
  if (to === '')
    return incomplete(rest, 'reassign', 'a person', `reassign ${found.request} to mei.lin@contoso.example`);
  return { command: 'reassign', request: found.request, to };
}

const PROOFS: readonly (readonly [ProofWord, string, RegExp])[] = [
  ['inPerson', 'in person', /^(?:seen )?in ?person$/],
  ['videoCall', 'video call', /^(?:a )?video(?: ?call)?$/],
  ['callBack', 'call back', /^(?:called|call|calling|a call)[ -]?back$/],
  ['managerVouches', 'manager vouches', /^(?:their |the )?manager(?: vouches| vouched)?$/],
  ['other', 'otherwise', /^other(?:wise)?$/],
];

/** `hand over [request] 31 [to PERSON] [identified by PROOF] [note TEXT]` */
export function readHandOver(rest: Rest): CommandOf<'handOver'> | NearMiss {
  const example = 'hand over 31 to tom.okafor@contoso.example identified by video call';
  const found = readRequest(rest.tokens);
  if (found === null) return incomplete(rest, 'handOver', 'the number of a request', example);
  const parts = new Map<string, Token[]>();
  let current: Token[] | undefined;
  for (const token of found.rest) {
    if (['to', 'identified', 'note'].includes(token.word) && !parts.has(token.word)) {
      current = [];
      parts.set(token.word, current);
    } else if (current === undefined)
      return incomplete(rest, 'handOver', 'the word "to" before the person', example);
    else current.push(token);
  }
  const text = (word: string): string | undefined => {
    const said = textOf(parts.get(word) ?? []);
    return said === '' ? undefined : said;
  };
  const spoken = text('identified')?.toLowerCase().replace(/^by /, '');
  const proof = spoken === undefined ? undefined : PROOFS.find(([, , pattern]) => pattern.test(spoken))?.[0];
  if (spoken !== undefined && proof === undefined) {
    return {
      miss: 'word',
      text: rest.line,
      command: 'handOver',
      word: spoken,
      known: PROOFS.map(([, words]) => words),
    };
  }
  const [to, note] = [text('to'), text('note')];
  return {
    command: 'handOver',
    request: found.request,
    ...(to === undefined ? {} : { to }),
    ...(proof === undefined ? {} : { proof }),
    ...(note === undefined ? {} : { note }),
  };
}

export const formatHandOver = ({ request, to, proof, note }: CommandOf<'handOver'>): string =>
  [
    `hand over ${request}`,
    to === undefined ? '' : `to ${quoteIfNeeded(to)}`,
    proof === undefined ? '' : `identified by ${PROOFS.find(([name]) => name === proof)?.[1] ?? ''}`,
    note === undefined ? '' : `note ${quote(note)}`,
  ]
    .filter(Boolean)
    .join(' ');

const HAND_OVER_WORDS = new Set(['to', 'identified', 'note']);
export const quoteIfNeeded = (name: string): string => formatName(name, HAND_OVER_WORDS);

export const formatOn =
  (words: string) =>
  ({ request }: { readonly request: RequestPhrase; readonly command: CommandName }): string =>
    `${words} ${request}`;
