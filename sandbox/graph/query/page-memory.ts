import type { Answer, Call } from '../http/call.js';
import type { TenantState } from '../state/tenant-state.js';
import { sent } from './written-page.js';

/** Pages of a wide list are 1.5 MB each. */
const PAGES_KEPT = 64;
/** Requests that were answered once; a list of a hundred thousand has a hundred to a thousand pages. */
const REQUESTS_KNOWN = 2_000;
/** Lists that are read on at the same time. */
const PAGES_AHEAD = 4;

interface Memory {
  /** Of the tenant when the pages were made: any change of it makes all of them old. */
  readonly seq: number;
  readonly known: Set<string>;
  readonly answers: Map<string, Answer>;
  /** Made before anybody asked. */
  readonly ahead: Map<string, Answer>;
}

const memories = new WeakMap<TenantState, Memory>();

/** @param keep  the body is never changed afterwards, and sent many times */
type MakePage = (call: Call, keep: boolean) => Answer;

/**
 * The same request of the same caller to a tenant in which nothing changed has the same answer. It is kept when it is asked for the
 * second time: who reads a large list from end to end asks for each page once.
 * @param make  must depend on nothing else
 */
export function rememberedPage(call: Call, make: MakePage): Answer {
  const memory = memoryOf(call.state);
  const key = keyOf(call);
  const kept = memory.answers.get(key);
  if (kept !== undefined) return kept;
  const prepared = memory.ahead.get(key);
  memory.ahead.delete(key);
  const isAskedAgain = memory.known.has(key);
  if (!isAskedAgain) {
    makeRoom(memory.known, REQUESTS_KNOWN);
    memory.known.add(key);
  }
  if (prepared !== undefined) return prepared;
  const answer = make(call, isAskedAgain);
  if (isAskedAgain) {
    makeRoom(memory.answers, PAGES_KEPT);
    memory.answers.set(key, answer);
  }
  return answer;
}

/** Makes a page that will be asked for soon, while the one before it is being read. */
export function preparePage(call: Call, make: MakePage): void {
  const { known, ahead } = memoryOf(call.state);
  const key = keyOf(call);
  if (known.has(key) || ahead.has(key)) return;
  for (const oldest of ahead.keys()) {
    if (ahead.size < PAGES_AHEAD) break;
    giveUp(ahead, oldest);
  }
  try {
    ahead.set(key, make(call, false));
  } catch {
    // Whoever asks for the page meets what is wrong, and is told.
  }
}

/** The memory of a tenant as it is now. */
function memoryOf(state: TenantState): Memory {
  let memory = memories.get(state);
  if (memory !== undefined && memory.seq === state.seq) return memory;
  if (memory !== undefined) for (const key of memory.ahead.keys()) giveUp(memory.ahead, key);
  memories.set(state, (memory = { seq: state.seq, known: new Set(), answers: new Map(), ahead: new Map() }));
  return memory;
}

/** Nobody asked for it: what it was written on is used again. */
function giveUp(ahead: Map<string, Answer>, key: string): void {
  sent(ahead.get(key)?.body);
  ahead.delete(key);
}

const keyOf = (call: Call): string =>
  [
    call.path,
    ...[...call.query.raw].flat(),
    call.eventual,
    ...call.token.permissions,
    'without',
    ...call.core.faults.removedPermissions(),
    ...Object.values(call.core.switches),
  ].join(' ');

/** For one more; the oldest goes. */
function makeRoom(memory: Map<string, unknown> | Set<string>, size: number): void {
  const [oldest] = memory.keys();
  if (memory.size >= size && oldest !== undefined) memory.delete(oldest);
}
