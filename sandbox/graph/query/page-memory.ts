import type { Answer, Call } from '../http/call.js';
import type { TenantState } from '../state/tenant-state.js';

/** Pages of a wide list are 1.5 MB each. */
const PAGES_KEPT = 64;
/** Requests that were answered once; a list of a hundred thousand has a hundred to a thousand pages. */
const REQUESTS_KNOWN = 2_000;

interface Memory {
  /** Of the tenant when the pages were made: any change of it makes all of them old. */
  seq: number;
  readonly known: Set<string>;
  readonly answers: Map<string, Answer>;
}

const memories = new WeakMap<TenantState, Memory>();

/**
 * The same request of the same caller to a tenant in which nothing changed has the same answer. It is kept when it is asked for the
 * second time: who reads a large list from end to end asks for each page once.
 * @param make  must depend on nothing else; `keep` = its body is never changed afterwards, and sent many times
 */
export function rememberedPage(call: Call, make: (keep: boolean) => Answer): Answer {
  const { state } = call;
  let memory = memories.get(state);
  if (memory === undefined || memory.seq !== state.seq)
    memories.set(state, (memory = { seq: state.seq, known: new Set(), answers: new Map() }));
  const key = [
    call.path,
    ...[...call.query.raw].flat(),
    call.eventual,
    ...call.token.permissions,
    ...Object.values(call.core.switches),
  ].join(' ');
  const kept = memory.answers.get(key);
  if (kept !== undefined) return kept;
  const keep = memory.known.has(key);
  const answer = make(keep);
  if (keep) {
    makeRoom(memory.answers, PAGES_KEPT);
    memory.answers.set(key, answer);
  } else {
    makeRoom(memory.known, REQUESTS_KNOWN);
    memory.known.add(key);
  }
  return answer;
}

/** For one more; the oldest goes. */
function makeRoom(memory: Map<string, unknown> | Set<string>, size: number): void {
  const [oldest] = memory.keys();
  if (memory.size >= size && oldest !== undefined) memory.delete(oldest);
}
