import { RewindError } from '../../services/model/errors.js';
import { auditView } from '../commands/audit.js';
import { handTo, requestCard, sideOf } from '../commands/requests.js';
import type { Act } from '../handlers.js';
import { doorOf } from '../turn.js';
import { requestOf } from './restore.js';

export const approve: Act<'approval.approve'> = async (app, present, turn, input) => {
  const request = await requestOf(app, turn, input);
  const typed = input.number?.trim();
  if (typed && !/^\d{1,4}$/.test(typed))
    throw new RewindError('NUMBER_WRONG', { name: request.requester.name });
  const decided = await app.restore.approve(
    turn.tenant,
    request.id,
    turn.person,
    input.hash,
    typed ? Number(typed) : undefined,
  );
  return { replace: await requestCard([app, present, turn], decided, 'approver') };
};

export const deny: Act<'approval.deny'> = async (app, present, turn, input) => {
  const request = await requestOf(app, turn, input);
  const comment = input.comment?.trim();
  const decided = await app.restore.deny(
    turn.tenant,
    request.id,
    turn.person,
    comment === '' ? undefined : comment,
  );
  return { replace: await requestCard([app, present, turn], decided, 'approver') };
};

export const reassign: Act<'approval.reassign'> = async (app, present, turn, input) => {
  const handed = await handTo(app, turn, await requestOf(app, turn, input), input.person.toLowerCase());
  return { replace: await requestCard([app, present, turn], handed, 'approver') };
};

export const lines: Act<'approval.lines'> = async (app, present, turn, input) => {
  const request = await requestOf(app, turn, input);
  return { replace: await requestCard([app, present, turn], request, 'approver', input.page) };
};

export const stop: Act<'request.stop'> = async (app, present, turn, input) => {
  const request = await requestOf(app, turn, input);
  const stopped = await app.restore.stop(turn.tenant, request.id, turn.person);
  return { replace: await requestCard([app, present, turn], stopped, sideOf(turn, request)) };
};

/** The undo is a request of its own, below the result it undoes. */
export const undo: Act<'request.undo'> = async (app, present, turn, input) => {
  const target = await requestOf(app, turn, input);
  const { request } = await app.restore.undo(turn.tenant, target.id, turn.person, doorOf(turn));
  return {
    post: [await requestCard([app, present, turn], request, 'requester')],
    notice: 'The preview of the undo is below.',
  };
};

export const audit: Act<'request.audit'> = async (app, _present, turn, input) => {
  const request = await requestOf(app, turn, input);
  const view = await auditView(app, turn, { request, page: input.page ?? 1 });
  return input.page === undefined
    ? { post: [{ view }], notice: 'The audit of this request is below.' }
    : { replace: { view } };
};

export const auditPage: Act<'audit.page'> = async (app, _present, turn, { page }) => ({
  replace: { view: await auditView(app, turn, { page }) },
});

export const refresh: Act<'request.refresh'> = async (app, present, turn, input) => {
  const request = await requestOf(app, turn, input);
  return { replace: await requestCard([app, present, turn], request, sideOf(turn, request), input.page) };
};

export const open: Act<'request.open'> = async (app, present, turn, input) => {
  const request = await requestOf(app, turn, input);
  return {
    post: [await requestCard([app, present, turn], request, sideOf(turn, request))],
    notice: `Request ${request.number} is below.`,
  };
};
