import type { NamedObject, Operation } from '../model/plan.js';
import type { RequestState, RestoreResult } from '../model/restore.js';
import type { ApplyContext } from './apply-context.js';
import { SIGN_IN } from './plan-object.js';
import type { Proof } from './prove.js';

/**
 * The state that a run ends in. *Incomplete* means that something wanted is still to be done by a person (STORY §2); a line that Entra
 * fulfils by itself does not make it so.
 */
export function endState(context: ApplyContext, proof: Proof, stopped: boolean): RequestState {
  if (stopped) return 'cancelled';
  const { plan, journal } = context;
  const outcomes = journal.all().map(({ outcome }) => outcome?.outcome);
  const nothingHeld = proof.linesTotal > 0 && proof.linesHeld === 0;
  const lost = plan.operations.some(
    (op) => (op.do === 'undelete' || op.do === 'create') && journal.outcome(op.id)?.outcome === 'failed',
  );
  const wrote = outcomes.includes('done');
  if ((lost && plan.subjects.length === 1) || (nothingHeld && !wrote)) return 'failed';
  const failures = outcomes.some((outcome) => outcome === 'failed' || outcome === 'skipped');
  const left = plan.skips.some(({ leavesWork }) => leavesWork);
  return failures || left || proof.linesHeld < proof.linesTotal ? 'incomplete' : 'done';
}

export function buildResult(
  context: ApplyContext,
  proof: Proof,
  about: { readonly startedAt: string; readonly auditFrom: number; readonly auditTo: number },
): RestoreResult {
  const { plan, journal, clock } = context;
  const entries = journal.all();
  return {
    startedAt: about.startedAt,
    finishedAt: clock.now().toISOString(),
    ...proof,
    outcomes: entries.flatMap(({ operationId, outcome }) => (outcome ? [{ operationId, outcome }] : [])),
    skips: plan.skips,
    tell: tellings(context),
    recreated: plan.operations.flatMap((op) => {
      const newId = op.do === 'create' ? journal.entry(op.id).newId : undefined;
      return op.do === 'create' && newId
        ? [
            {
              object: { ...op.object, id: newId },
              formerId: op.object.id,
              newId,
              repointed: repointed(context, op),
            },
          ]
        : [];
    }),
    auditFrom: about.auditFrom,
    auditTo: about.auditTo,
    canUndo: plan.operations.some((op) => isUndoable(op) && journal.outcome(op.id)?.outcome === 'done'),
  };
}

/** Ended sessions and handed-over credentials cannot be taken back. */
export const isUndoable = (operation: Operation): boolean =>
  operation.do !== 'revokeSessions' && operation.do !== 'issueCredential';

/** Names of what points at the new id now. */
function repointed({ plan, journal }: ApplyContext, create: Operation): string[] {
  return plan.operations.flatMap((op) => {
    if (op.do !== 'link' || journal.outcome(op.id)?.outcome === 'failed') return [];
    const mine = (ref: typeof op.source): boolean => 'createdBy' in ref && ref.createdBy === create.id;
    return mine(op.target) ? [op.sourceName.name] : [];
  });
}

/** Sentences for the person: what we did not touch, what came back beyond the restore point, what to set up again. */
function tellings(context: ApplyContext): string[] {
  const { plan, journal, catalog } = context;
  const happened = (op: Operation): boolean => {
    const outcome = journal.outcome(op.id)?.outcome;
    return outcome === 'done' || outcome === 'already';
  };
  const sentences: string[] = [];
  const signsIn = (object: NamedObject): boolean => catalog.find(object.type)?.signsIn === true;
  for (const op of plan.operations) {
    if (!('object' in op) || !signsIn(op.object)) continue;
    if (op.do === 'undelete' && happened(op))
      sentences.push(
        `We did not change the password of ${op.object.name}; if it does not work, use Reset password.`,
      );
    if (op.do === 'create' && happened(op))
      sentences.push(`${op.object.name} has to register sign-in methods again.`);
    if (isBlock(op))
      sentences.push(
        happened(op)
          ? `Sign-in of ${op.object.name} stays blocked.`
          : `Alarm: sign-in of ${op.object.name} could not be blocked. Block it in the Entra admin centre now.`,
      );
  }
  for (const line of plan.expected)
    if (line.note && !line.removal) sentences.push(`${line.object.name} came back too (${line.note}).`);
  return sentences;
}

export const isBlock = (operation: Operation): boolean =>
  operation.do === 'update' &&
  operation.changes.some(({ property, after }) => property === SIGN_IN && after === false);
