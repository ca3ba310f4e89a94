import type { Answer, Call } from '../http/call.js';
import type { TenantState } from '../state/tenant-state.js';

/** Pages of a wide list are 1.5 MB each. */
const pagesKept = 64;

interface Memory {
  /** Of the tenant when the pages were made: any change of it makes all of them old. */
  seq: number;
  readonly answers: Map<string, Answer>;
}

const memories = new WeakMap<TenantState, Memory>();

/**
 * The same request of the same caller to a tenant in which nothing changed has the same answer.
 * @param make  must depend on nothing else; its body is never changed afterwards
 */
export function rememberedPage(call: Call, make: () => Answer): Answer {
  const { state } = call;
  let memory = memories.get(state);
  if (memory === undefined || memory.seq !== state.seq)
    memories.set(state, (memory = { seq: state.seq, answers: new Map() }));
  const key = [
    call.path,
    ...[...call.query.raw].flat(),
    call.eventual,
    ...call.token.permissions,
    ...Object.values(call.core.switches),
  ].join(' ');
  const known = memory.answers.get(key);
  if (known !== undefined) return known;
  const answer = make();
  const [oldest] = memory.answers.keys();
  if (memory.answers.size >= pagesKept && oldest !== undefined) memory.answers.delete(oldest);
  memory.answers.set(key, answer);
  return answer;
}
