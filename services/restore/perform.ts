import type { WriteOutcome, WriteTag } from '../model/directory.js';
import type { ObjectId } from '../model/ids.js';
import type { JsonValue } from '../model/json.js';
import type { Operation } from '../model/plan.js';
import type { OperationOutcome } from '../model/restore.js';
import { offerOf, type ApplyContext } from './apply-context.js';
import { recognise } from './recognise.js';
import { idOfRef } from './targets.js';

/** How an operation ended: what the journal keeps when it is settled. */
export interface Settled {
  readonly outcome: OperationOutcome;
  readonly graphRequestId?: string;
  readonly newId?: ObjectId;
}

type Sent = WriteOutcome & { readonly newId?: ObjectId };

/** Waits for what a create or an undelete has not replicated yet (FACTS §12), and between attempts whose answer was lost. */
const BACKOFF_MS = [2_000, 4_000, 8_000, 16_000, 32_000] as const;
const NOT_THERE_YET = /does not exist|not present|not found/i;
const TRY_AGAIN = new Set(['Directory_ConcurrencyViolation', 'ConflictingObjects', 'serviceNotAvailable']);

/**
 * Sends one operation until it is clear what became of it: an answer is believed, a lost answer is read back before anything is sent
 * again, a "not there" right after a create or undelete of this plan is waited out. Bounded; never throws for a refusal.
 * @param sentBefore  an earlier process sent it, and what became of it was not seen
 * @throws GRAPH_UNREACHABLE when it cannot even be read back: the run is tried again later
 */
export async function perform(
  context: ApplyContext,
  operation: Operation,
  sentBefore: boolean,
): Promise<Settled> {
  let doubtful = sentBefore;
  for (let attempt = 0; ; attempt += 1) {
    const wait = BACKOFF_MS[attempt];
    const answer = await send(context, operation);
    if (answer.outcome === 'done' || answer.outcome === 'already')
      return { outcome: { outcome: answer.outcome }, ...idsOf(answer) };
    if (answer.outcome === 'unknown') {
      doubtful = true;
      const seen = await lookRepeatedly(context, operation);
      if (seen) return seen;
      if (wait === undefined)
        return failed('no answer from Entra, and it did not take effect', 'GRAPH_UNREACHABLE', answer);
    } else {
      // Refused after an attempt of unknown fate: the refusal may only say that the first one took effect.
      const seen = doubtful ? await look(context, operation) : null;
      if (seen) return seen;
      if (wait === undefined || !worthWaiting(operation, answer)) return refusal(context, operation, answer);
    }
    await context.clock.sleep(wait, context.signal);
    await context.guard();
  }
}

const idsOf = ({ requestId, newId }: Sent): Pick<Settled, 'graphRequestId' | 'newId'> => ({
  ...(requestId ? { graphRequestId: requestId } : {}),
  ...(newId ? { newId } : {}),
});

const failed = (reason: string, code: string, answer: WriteOutcome): Settled => ({
  outcome: { outcome: 'failed', reason, code },
  ...(answer.requestId ? { graphRequestId: answer.requestId } : {}),
});

const worthWaiting = (operation: Operation, answer: Extract<WriteOutcome, { outcome: 'refused' }>): boolean =>
  TRY_AGAIN.has(answer.code) ||
  (operation.dependsOn.length > 0 &&
    (answer.code === 'Request_ResourceNotFound' || NOT_THERE_YET.test(answer.reason)));

async function look(context: ApplyContext, operation: Operation): Promise<Settled | null> {
  const seen = await recognise(context, operation);
  if (seen === 'cannotTell' || !seen.done) return null;
  return { outcome: { outcome: 'done' }, ...(seen.newId ? { newId: seen.newId } : {}) };
}

/** Looks until it is seen or has had its time: "not seen yet" right after a write is no proof that it did not happen. */
export async function lookRepeatedly(context: ApplyContext, operation: Operation): Promise<Settled | null> {
  // A repeated create could make a second object, so it gets all the time there is; the others may simply be sent again.
  const waits = operation.do === 'create' ? BACKOFF_MS : BACKOFF_MS.slice(0, 1);
  for (const wait of [0, ...waits]) {
    if (wait > 0) await context.clock.sleep(wait, context.signal);
    const seen = await recognise(context, operation);
    if (seen === 'cannotTell') return null;
    if (seen.done) return { outcome: { outcome: 'done' }, ...(seen.newId ? { newId: seen.newId } : {}) };
  }
  return null;
}

/** A refused update of several properties is sent property by property: one bad value must not keep the others back. */
async function refusal(
  context: ApplyContext,
  operation: Operation,
  answer: Extract<WriteOutcome, { outcome: 'refused' }>,
): Promise<Settled> {
  if (operation.do !== 'update' || operation.changes.length < 2)
    return failed(answer.reason, answer.code, answer);
  const refused: string[] = [];
  for (const change of operation.changes) {
    await context.guard();
    const single = await send(context, { ...operation, changes: [change] });
    if (single.outcome === 'refused') refused.push(`${change.label}: ${single.reason}`);
    else if (single.outcome === 'unknown') refused.push(`${change.label}: no answer from Entra`);
  }
  if (refused.length === 0) return { outcome: { outcome: 'done' }, graphRequestId: answer.requestId };
  return failed(refused.join(' · '), answer.code, answer);
}

/** The one place where a plan's operation becomes a call. */
async function send(context: ApplyContext, operation: Operation): Promise<Sent> {
  const { directory, journal, vault } = context;
  const { writer } = directory;
  const tag: WriteTag = { clientRequestId: journal.entry(operation.id).clientRequestId };
  await context.guard();
  switch (operation.do) {
    case 'undelete': {
      const { object, newUserPrincipalName } = operation;
      const options = newUserPrincipalName ? { newUserPrincipalName } : {};
      return writer.undelete(object.type, object.id, options, tag);
    }
    case 'create': {
      const secret = operation.withPassword ? await vault.prepare(offerOf(context, operation)) : {};
      const answer = await writer.create(operation.object.type, operation.properties, secret, tag);
      const newId = answer.created?.id;
      return { ...answer, ...(newId ? { newId } : {}) };
    }
    case 'update': {
      const values = Object.fromEntries(
        operation.changes.map(({ property, after }): [string, JsonValue] => [property, after]),
      );
      return writer.update(operation.object.type, idOfRef(journal, operation.ref), values, tag);
    }
    case 'link': {
      const target = idOfRef(journal, operation.target);
      const [answer] = await writer.link(operation.kind, idOfRef(journal, operation.source), [target], tag);
      return answer ?? { outcome: 'unknown', requestId: '', reason: 'no outcome for the link' };
    }
    case 'unlink': {
      const [source, target] = [idOfRef(journal, operation.source), idOfRef(journal, operation.target)];
      return writer.unlink(operation.kind, source, target, tag);
    }
    case 'delete':
      return writer.remove(operation.object.type, operation.object.id, tag);
    case 'revokeSessions':
      return writer.revokeSessions(idOfRef(journal, operation.ref), tag);
    case 'issueCredential':
      await vault.offer(offerOf(context, operation));
      return { outcome: 'done', requestId: '' };
  }
}
