import type { Message } from '../answer.js';
import type { App } from '../app.js';
import { resolveObject, resolveRequest } from '../resolve.js';
import { isRewindError, RewindError } from '../../services/model/errors.js';
import { stateWord } from '../../cards/request-words.js';
import type { View } from '../../cards/views.js';
import type { RestoreRequest } from '../../services/model/restore.js';
import { doorOf, type Turn } from '../turn.js';
import { viewContext } from '../view-context.js';
import type { Command, Deps } from '../handlers.js';

/** The card of a request, bound to it so that it is edited in place. */
export async function requestCard(
  [app, present, turn]: Deps,
  request: RestoreRequest,
  side: 'requester' | 'approver',
  page?: number,
): Promise<Message> {
  return {
    view: await present.requestFor(request, viewContext(app, turn), side, page),
    subject: {
      id: request.id,
      purpose: side === 'approver' ? 'approval' : 'request',
      ...(page ? { besideRev: request.rev } : {}),
    },
  };
}

/** A picker in the place of the requester's card; the card comes back with the next step. */
export const besideCard = (view: View, { id, rev }: RestoreRequest): Message => ({
  view,
  subject: { id, purpose: 'request', besideRev: rev },
});

/** A sentence is not a card: what has moved on is said of the request, not of a click. */
async function asTyped(
  { number }: RestoreRequest,
  work: () => Promise<RestoreRequest>,
): Promise<RestoreRequest> {
  try {
    return await work();
  } catch (error) {
    if (!isRewindError(error) || error.code !== 'CARD_OLD') throw error;
    throw new RewindError('INPUT_INVALID', {
      what: `That does not fit request ${number} as it stands (${String(error.details['state'])}).`,
      hint: `Say "request ${number}" to see it.`,
    });
  }
}

export const sideOf = (turn: Turn, request: RestoreRequest): 'requester' | 'approver' =>
  request.requester.objectId === turn.person.objectId ? 'requester' : 'approver';

export const undo: Command<'undo'> = async (app, present, turn, command) => {
  const target = await resolveRequest(app, turn, command.request);
  const { request } = await app.restore.undo(turn.tenant, target.id, turn.person, doorOf(turn));
  return [await requestCard([app, present, turn], request, 'requester')];
};

/** `request 31`: its card as it stands, for whoever may read. */
export const showRequest: Command<'request'> = async (app, present, turn, command) => {
  const request = await resolveRequest(app, turn, command.request);
  return [await requestCard([app, present, turn], request, sideOf(turn, request))];
};

/** Typed approvals bind what the person was shown: the plan that the request asks for now. */
export const approve: Command<'approve'> = async (app, present, turn, command) => {
  const request = await resolveRequest(app, turn, command.request, 'approver');
  const hash = request.approval?.planHash;
  if (!hash)
    throw new RewindError('INPUT_INVALID', {
      what: `Request ${request.number} does not ask for an approval (${stateWord(request.state)}).`,
      hint: `Say "request ${request.number}" to see it.`,
    });
  const decided = await asTyped(request, () =>
    app.restore.approve(turn.tenant, request.id, turn.person, hash, command.number),
  );
  return [await requestCard([app, present, turn], decided, 'approver')];
};

export const deny: Command<'deny'> = async (app, present, turn, command) => {
  const request = await resolveRequest(app, turn, command.request, 'approver');
  const decided = await asTyped(request, () =>
    app.restore.deny(turn.tenant, request.id, turn.person, command.comment),
  );
  return [await requestCard([app, present, turn], decided, 'approver')];
};

export const reassign: Command<'reassign'> = async (app, present, turn, command) => {
  const request = await resolveRequest(app, turn, command.request, 'approver');
  const to = await resolveObject(app, turn, { type: 'user', name: command.to }, ({ name }) => ({
    ...command,
    to: name,
  }));
  const handed = await handTo(app, turn, request, to.object.id);
  return [await requestCard([app, present, turn], handed, 'approver')];
};

/** Only somebody who may decide can be handed a decision; where more than one is needed, the others who were asked stay asked. */
export async function handTo(
  app: App,
  turn: Turn,
  request: RestoreRequest,
  objectId: string,
): Promise<RestoreRequest> {
  const approvers = await app.roles.peopleWith(turn.tenant, 'approver');
  const person = approvers.find((one) => one.objectId === objectId);
  if (!person)
    throw new RewindError('INPUT_INVALID', {
      what: 'This person may not decide requests.',
      hint: `Choose one of ${app.roles.groupName('approver')}: ${approvers.map(({ name }) => name).join(', ')}.`,
    });
  const { needs, decisions = [], reassignedTo } = request.approval ?? {};
  const oneIsEnough = (needs?.approvers ?? 1) - decisions.length <= 1;
  const others = oneIsEnough
    ? []
    : (reassignedTo ?? approvers).filter(
        ({ objectId: id }) => id !== turn.person.objectId && id !== request.requester.objectId,
      );
  return app.restore.reassign(turn.tenant, request.id, turn.person, [person, ...others]);
}

export const withdraw: Command<'withdraw'> = async (app, present, turn, command) => {
  const request = await resolveRequest(app, turn, command.request);
  const withdrawn = await asTyped(request, () =>
    app.restore.withdraw(turn.tenant, request.id, request.rev, turn.person),
  );
  return [await requestCard([app, present, turn], withdrawn, 'requester')];
};

export const stop: Command<'stop'> = async (app, present, turn, command) => {
  const request = await resolveRequest(app, turn, command.request);
  const stopped = await asTyped(request, () => app.restore.stop(turn.tenant, request.id, turn.person));
  return [await requestCard([app, present, turn], stopped, sideOf(turn, request))];
};
