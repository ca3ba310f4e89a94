import { RewindError } from '../model/errors.js';
import type { Person } from '../model/people.js';
import type { Decision, RequestState, RestoreRequest } from '../model/restore.js';

/** Words of a state for people ("withdrawn", "waiting for approval"). */
export const stateWords = (state: RequestState): string =>
  state === 'waiting' ? 'waiting for approval' : state === 'asks' ? 'not asked for yet' : state;

/** What an approver sends with the click. */
export interface Approval {
  readonly by: Person;
  readonly planHash: string;
  readonly typedNumber?: number;
}

/**
 * Adds one approval to a waiting request: the requester never approves, one person counts once, the approval is of the plan that was
 * shown, and the number is asked where the class does (SPEC A1–A3, A10). Pure; the caller stores it with compare-and-set.
 * @returns the request, 'running' once the last needed approval is in
 * @throws ALREADY_DECIDED, CARD_EXPIRED, OWN_REQUEST, NOT_YOUR_REQUEST, CARD_OLD, NUMBER_WRONG
 */
export function approved(
  request: RestoreRequest,
  { by, planHash, typedNumber }: Approval,
  now: Date,
  approversGroup: string,
): RestoreRequest {
  const approval = mayDecide(request, by, now, approversGroup);
  if (isRequester(request, by)) throw new RewindError('OWN_REQUEST', { group: approversGroup });
  if (approval.decisions.some((decision) => samePerson(decision.by, by)))
    throw new RewindError('ALREADY_DECIDED', { who: 'You', state: stateWords(request.state) });
  if (planHash !== approval.planHash)
    throw new RewindError('CARD_OLD', { state: 'there is a newer preview' });
  if (approval.needs.typeNumber && typedNumber !== approval.number)
    throw new RewindError('NUMBER_WRONG', { name: request.requester.name });
  const decisions = [...approval.decisions, decision(by, 'approved', now)];
  const enough = decisions.length >= approval.needs.approvers;
  return { ...request, state: enough ? 'running' : 'waiting', approval: { ...approval, decisions } };
}

/** One "no" decides. The requester withdraws instead. @throws as `approved`, without the number */
export function denied(
  request: RestoreRequest,
  by: Person,
  comment: string | undefined,
  now: Date,
  approversGroup: string,
): RestoreRequest {
  const approval = mayDecide(request, by, now, approversGroup);
  if (isRequester(request, by)) throw new RewindError('OWN_REQUEST', { group: approversGroup });
  const decisions = [...approval.decisions, decision(by, 'denied', now, comment)];
  return { ...request, state: 'denied', approval: { ...approval, decisions } };
}

/** Hands the decision to named people; from then on only they are asked. @throws INPUT_INVALID when the requester is among them */
export function reassigned(
  request: RestoreRequest,
  by: Person,
  to: readonly Person[],
  now: Date,
  approversGroup: string,
): RestoreRequest {
  const approval = mayDecide(request, by, now, approversGroup);
  if (isRequester(request, by)) throw new RewindError('OWN_REQUEST', { group: approversGroup });
  const people = to.filter((person, index) => to.findIndex((each) => samePerson(each, person)) === index);
  if (people.length === 0 || people.some((person) => isRequester(request, person)))
    throw new RewindError('INPUT_INVALID', {
      what: 'The requester cannot decide their own request.',
      hint: `Choose somebody else of ${approversGroup}.`,
    });
  const left = approval.needs.approvers - approval.decisions.length;
  const fresh = people.filter((person) => !approval.decisions.some((each) => samePerson(each.by, person)));
  if (fresh.length < left)
    throw new RewindError('INPUT_INVALID', {
      what: `${left} more ${left === 1 ? 'approval is' : 'approvals are'} needed, and one person counts once.`,
      hint: `Name ${left} people who have not decided yet.`,
    });
  return { ...request, approval: { ...approval, reassignedTo: people } };
}

/** Takes a waiting (or lapsed) request back; one that was never asked for is cancelled. @throws NOT_YOUR_REQUEST, ALREADY_DECIDED */
export function withdrawn(request: RestoreRequest, by: Person): RestoreRequest {
  if (!isRequester(request, by)) throw new RewindError('NOT_YOUR_REQUEST', { who: request.requester.name });
  if (request.state !== 'waiting' && request.state !== 'asks' && request.state !== 'lapsed')
    throw new RewindError('ALREADY_DECIDED', { who: decidedBy(request), state: stateWords(request.state) });
  return { ...request, state: request.state === 'asks' ? 'cancelled' : 'withdrawn' };
}

export const isExpired = ({ state, approval }: RestoreRequest, now: Date): boolean =>
  state === 'waiting' && approval !== undefined && Date.parse(approval.expiresAt) <= now.getTime();

export const isRequester = (request: RestoreRequest, person: Person): boolean =>
  samePerson(request.requester, person);

/** Whether the request waits for this person: asked, and not decided yet. */
export function isAskedOf({ approval, requester, state }: RestoreRequest, person: Person): boolean {
  if (state !== 'waiting' || !approval || samePerson(requester, person)) return false;
  if (approval.decisions.some(({ by }) => samePerson(by, person))) return false;
  return approval.reassignedTo?.some((each) => samePerson(each, person)) ?? true;
}

/** By tenant and object id; names are never a key. */
export const samePerson = (a: Person, b: Person): boolean =>
  a.tenant === b.tenant && a.objectId === b.objectId;

function mayDecide(
  request: RestoreRequest,
  by: Person,
  now: Date,
  approversGroup: string,
): NonNullable<RestoreRequest['approval']> {
  const { approval, state } = request;
  if (state !== 'waiting' || !approval) {
    if (state === 'expired') throw new RewindError('CARD_EXPIRED', { when: approval?.expiresAt ?? '' });
    throw new RewindError('ALREADY_DECIDED', { who: decidedBy(request), state: stateWords(state) });
  }
  if (isExpired(request, now)) throw new RewindError('CARD_EXPIRED', { when: approval.expiresAt });
  const { reassignedTo } = approval;
  if (reassignedTo && !isRequester(request, by) && !reassignedTo.some((person) => samePerson(person, by)))
    throw new RewindError('NOT_YOUR_REQUEST', {
      who: reassignedTo.map(({ name }) => name).join(' or ') || approversGroup,
    });
  return approval;
}

function decidedBy({ approval, requester, state }: RestoreRequest): string {
  if (state === 'withdrawn' || state === 'asks') return requester.name;
  // One "no" decides, whoever said "yes" before.
  const deciding = approval?.decisions.filter(
    ({ verdict }) => (verdict === 'denied') === (state === 'denied'),
  );
  const names = deciding?.map(({ by }) => by.name) ?? [];
  return names.length > 0 ? names.join(' and ') : requester.name;
}

const decision = (by: Person, verdict: Decision['verdict'], now: Date, comment?: string): Decision => ({
  by,
  verdict,
  at: now.toISOString(),
  ...(comment?.trim() ? { comment: comment.trim() } : {}),
});
