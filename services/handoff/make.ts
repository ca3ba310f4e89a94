import { RewindError } from '../model/errors.js';
import type { WriteOutcome } from '../model/directory.js';
import type { Handoff } from '../model/handoff.js';
import type { HandoffDeps } from './deps.js';
import { randomPassword } from './password.js';
import { SEALED_FOR_MS, sealContext } from './records.js';
import { seal } from './seal.js';

/** Stores the hand-off with compare-and-set; throws when somebody was faster. */
export type Keep = (handoff: Handoff) => Promise<Handoff>;

/**
 * Makes the credential that the recipient will see. (A sealed one that may not have reached Entra is not trusted: a new one is set.)
 * A password that is sealed and still fresh (the one the user was created with) is
 * taken as it is; else a pass is made where the tenant allows one, and failing that a password is set. A password is sealed and stored
 * *before* it is sent, so that a crash leaves nothing that nobody knows; a pass can be read in Graph's answer only, so one whose answer
 * was lost is replaced by a password.
 * @param handoff  in state 'making', as stored
 * @throws GRAPH_* when Entra refuses; the hand-off then stays where it was and may be tried again
 */
export async function makeCredential(deps: HandoffDeps, handoff: Handoff, keep: Keep): Promise<Handoff> {
  const { clock } = deps;
  const fresh = handoff.sealed && Date.parse(handoff.expiresAt ?? '') > clock.now().getTime();
  if (fresh && handoff.sealedIsSet) return keep({ ...handoff, state: 'ready' });
  if (handoff.kind === 'pass') {
    const sealed = await makePass(deps, handoff);
    if (sealed) return keep({ ...handoff, state: 'ready', sealed, expiresAt: sealedUntil(deps) });
  }
  return setPassword(deps, { ...handoff, kind: 'password' }, keep);
}

const sealedUntil = ({ clock }: HandoffDeps): string =>
  new Date(clock.now().getTime() + SEALED_FOR_MS).toISOString();

/** @returns the sealed pass, or null where a password has to do (not allowed, one exists that nobody saw, answer lost) */
async function makePass(deps: HandoffDeps, handoff: Handoff): Promise<string | null> {
  const { reader, writer } = deps.directoryOf(handoff.tenant);
  const policy = await reader.passPolicy(handoff.user.id);
  if (!policy?.allowed) return null;
  const options = { lifetimeInMinutes: policy.lifetimeInMinutes, once: true };
  const clientRequestId = deps.random.guid();
  const answer = await writer.createPass(handoff.user.id, options, { clientRequestId });
  await note(deps, handoff, 'createPass', clientRequestId, answer);
  if (answer.outcome !== 'done' || answer.pass === undefined) return null;
  return seal(answer.pass, sealContext(handoff), deps.sealingKey, deps.random);
}

async function setPassword(deps: HandoffDeps, handoff: Handoff, keep: Keep): Promise<Handoff> {
  const password = randomPassword(deps.random);
  const sealed = seal(password, sealContext(handoff), deps.sealingKey, deps.random);
  const stored = await keep({
    ...handoff,
    state: 'making',
    sealed,
    sealedIsSet: false,
    expiresAt: sealedUntil(deps),
  });
  const { writer } = deps.directoryOf(handoff.tenant);
  const clientRequestId = deps.random.guid();
  const send = (): Promise<WriteOutcome> =>
    writer.setPassword(handoff.user.id, password, { clientRequestId });
  let answer = await send();
  // Setting the same password again is harmless; whether the first attempt took effect cannot be read.
  if (answer.outcome === 'unknown') answer = await send();
  await note(deps, handoff, 'setPassword', clientRequestId, answer);
  if (answer.outcome === 'done' || answer.outcome === 'already')
    return keep({ ...stored, state: 'ready', sealedIsSet: true });
  const { sealed: _destroyed, sealedIsSet: _set, ...bare } = stored;
  await keep({ ...bare, state: 'offered', ...(handoff.expiresAt ? { expiresAt: handoff.expiresAt } : {}) });
  if (answer.outcome === 'unknown') throw new RewindError('GRAPH_UNREACHABLE');
  throw new RewindError('GRAPH_BAD_REQUEST', { reason: answer.reason });
}

const note = (
  { audit }: HandoffDeps,
  handoff: Handoff,
  call: string,
  clientRequestId: string,
  answer: WriteOutcome,
): Promise<unknown> =>
  audit.append({
    tenant: handoff.tenant,
    actor: 'service',
    kind: answer.outcome === 'done' || answer.outcome === 'already' ? 'write.done' : 'write.failed',
    requestId: handoff.requestId,
    details: {
      call,
      object: handoff.user.id,
      clientRequestId,
      outcome: answer.outcome,
      ...(answer.outcome === 'refused' ? { code: answer.code } : {}),
    },
  });
