import type { WriteOutcome, WriteTag } from '../model/directory.js';
import { isOk, reasonOf, failureOf, type GraphAnswer, type GraphFailure } from './answer.js';
import type { GraphCall, GraphClient } from './client.js';
import { AnswerLost, NotSent } from './pipeline.js';

/** Either an answer that says what happened, or the outcome `unknown`. */
export type Written =
  { readonly answer: GraphAnswer } | { readonly lost: Extract<WriteOutcome, { outcome: 'unknown' }> };

/** A write as its caller states it; mark, kind and priority are added here. */
type WriteCall = Pick<GraphCall, 'method' | 'path' | 'body'>;
const WRITE = { kind: 'write', priority: 'high' } as const;

/** Two writers at one object: Graph executed neither of ours, and says to come again (FACTS §13). */
const CONCURRENT = /^Directory_ConcurrencyViolation$/i;
const CONCURRENT_TRIES = 4;

/**
 * Sends one write. Throttling is waited out, a refused double write goes again; whatever may have taken effect is never repeated:
 * no answer and 5xx become `unknown`.
 * @throws GRAPH_AUTH (nothing was executed)
 */
export async function write(client: GraphClient, call: WriteCall, tag: WriteTag): Promise<Written> {
  const { clientRequestId: requestId } = tag;
  for (let attempt = 1; ; attempt += 1) {
    let answer: GraphAnswer;
    try {
      answer = await client.send({ ...call, ...WRITE, clientRequestId: requestId });
    } catch (error) {
      if (error instanceof AnswerLost) return { lost: { outcome: 'unknown', requestId, reason: error.why } };
      if (error instanceof NotSent)
        return { lost: { outcome: 'unknown', requestId, reason: 'Microsoft Graph was not reached' } };
      throw error;
    }
    const failure = isOk(answer) ? null : failureOf(answer);
    if (failure && CONCURRENT.test(failure.code) && attempt < CONCURRENT_TRIES) {
      await client.time.sleep(500 * 2 ** attempt);
      continue;
    }
    if (answer.status >= 500 || answer.status === 408)
      return {
        lost: {
          outcome: 'unknown',
          requestId: answer.requestId || requestId,
          reason: `status ${answer.status}`,
        },
      };
    return { answer };
  }
}

/** Sends one write and says how it ended. @throws GRAPH_AUTH (nothing was executed) */
export async function outcomeOfWrite(
  client: GraphClient,
  call: WriteCall,
  tag: WriteTag,
  already?: (failure: GraphFailure) => boolean,
): Promise<WriteOutcome> {
  const result = await write(client, call, tag);
  return 'lost' in result ? result.lost : outcomeOf(result.answer, already);
}

/** `already` decides by Graph's answer whether a refusal means that the wanted state holds. */
export function outcomeOf(
  answer: GraphAnswer,
  already: (failure: GraphFailure) => boolean = () => false,
): WriteOutcome {
  const { requestId } = answer;
  if (isOk(answer)) return { outcome: 'done', requestId };
  const failure = failureOf(answer);
  if (already(failure)) return { outcome: 'already', requestId: failure.requestId };
  if (answer.status >= 500 || answer.status === 408)
    return { outcome: 'unknown', requestId, reason: `status ${answer.status}` };
  return refusal(failure);
}

export function refusal(failure: GraphFailure): Extract<WriteOutcome, { outcome: 'refused' }> {
  const conflictOn = conflictIn(failure);
  return {
    outcome: 'refused',
    requestId: failure.requestId,
    code: failure.code || `status ${failure.status}`,
    reason: reasonOf(failure),
    ...(conflictOn ? { conflictOn } : {}),
  };
}

/** A detail whose target is the other object (`User_<id>`), and no property. */
const NAMES_OBJECT = /^[A-Za-z]+_[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * The property whose value another object has: named in `details` (ObjectConflict), or in the sentence.
 * A further detail, ConflictingObjects, names the other object: it comes in no order that is promised.
 * @see FACTS §13, and §10 for an undelete whose UPN was taken meanwhile
 */
function conflictIn(failure: GraphFailure): string | undefined {
  const conflict = failure.details.find(
    ({ code, target }) =>
      /ObjectConflict|ConflictingObjects|MultipleObjectsWithSameKeyValue/i.test(code) &&
      !(target && NAMES_OBJECT.test(target)),
  );
  if (conflict?.target) return conflict.target;
  const words = [failure.message, ...failure.details.map(({ message }) => message)].join(' ');
  if (
    !conflict &&
    !/another object with the same value|conflict|same key ?value/i.test(`${failure.code} ${words}`)
  )
    return undefined;
  return (
    /for property '?(\w+)'?/i.exec(words)?.[1] ??
    /\b(userPrincipalName|proxyAddresses|mailNickname)\b/i.exec(words)?.[1]
  );
}

const text = (failure: GraphFailure): string =>
  [failure.message, ...failure.details.map(({ message }) => message)].join(' ');

/** "One or more added object references already exist …" (400). */
export const isAlreadyLinked = (failure: GraphFailure): boolean =>
  failure.status === 400 && /references already exist/i.test(text(failure));

/** 404, or 400 "removed object references do not exist": both were met (FACTS §2). */
export const isAlreadyUnlinked = (failure: GraphFailure): boolean =>
  failure.status === 404 || (failure.status === 400 && /references do not exist/i.test(text(failure)));
