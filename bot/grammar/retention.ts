import type { CommandOf, NearMiss } from './command.js';
import { incomplete, type Rest } from './objects.js';
import { textOf, type Token } from './tokens.js';

/** Sentences about what is kept: `hold snapshot 14 because "…"`, `release snapshot 14`, `prune [dry run]`. */

function readSnapshot(
  tokens: readonly Token[],
): { readonly snapshot: number; readonly rest: readonly Token[] } | null {
  let index = 0;
  while (['snapshot', 'the', 'number', 'on', 'of', 'hold'].includes(tokens[index]?.word ?? '')) index += 1;
  const [, digits] = /^#?(\d{1,9})$/.exec(tokens[index]?.word ?? '') ?? [];
  return digits !== undefined && Number(digits) > 0
    ? { snapshot: Number(digits), rest: tokens.slice(index + 1) }
    : null;
}

export function readHold(rest: Rest): CommandOf<'hold'> | NearMiss {
  const found = readSnapshot(rest.tokens);
  const example = `hold snapshot ${found?.snapshot ?? 14} because "case 2026-117"`;
  if (found === null) return incomplete(rest, 'hold', 'the number of a snapshot', example);
  const [word, ...said] = found.rest;
  const because = word?.word === 'because' ? textOf(said) : '';
  return because === ''
    ? incomplete(rest, 'hold', 'a reason', example)
    : { command: 'hold', snapshot: found.snapshot, because };
}

export function readRelease(rest: Rest): CommandOf<'release'> | NearMiss {
  const found = readSnapshot(rest.tokens);
  return found === null || found.rest.length > 0
    ? incomplete(rest, 'release', 'the number of a snapshot', 'release snapshot 14')
    : { command: 'release', snapshot: found.snapshot };
}

export function readPrune(rest: Rest): CommandOf<'prune'> | NearMiss {
  const said = rest.tokens.map(({ text }) => text.toLowerCase()).join(' ');
  if (['', 'now'].includes(said)) return { command: 'prune', dryRun: false };
  if (['dry run', 'dry-run', 'dryrun'].includes(said)) return { command: 'prune', dryRun: true };
  return {
    miss: 'word',
    text: rest.line,
    command: 'prune',
    word: said,
    nearest: 'prune dry run',
    known: ['dry run'],
  };
}
