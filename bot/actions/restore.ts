import { closedView } from '../../cards/closed/data.js';
import { comesBackView } from '../../cards/comes-back/data.js';
import { planJsonView } from '../../cards/plan-json/data.js';
import { pointPickerView } from '../../cards/point-picker/data.js';
import { RewindError } from '../../services/model/errors.js';
import type { RequestId } from '../../services/model/ids.js';
import type { PlanLineKey } from '../../services/model/plan.js';
import type { RestoreRequest } from '../../services/model/restore.js';
import type { DistinctPoint } from '../../services/model/restore-service.js';
import type { App } from '../app.js';
import { besideCard, requestCard } from '../commands/requests.js';
import type { Act } from '../handlers.js';
import { changesPlan, patchFromCard } from '../restore-phrase.js';
import { sayRequest } from '../grammar/say.js';
import { namesOf, sayOutlook } from '../line-names.js';
import type { Turn } from '../turn.js';
import { viewContext } from '../view-context.js';
import type { ActionInput } from './schema.js';

interface Ref {
  readonly id: string;
  readonly rev?: number;
}

/** The request a card points at. Somebody else's options are not shown, let alone changed. */
export async function requestOf(app: App, turn: Turn, ref: Ref): Promise<RestoreRequest> {
  const request = await app.restore.get(turn.tenant, ref.id as RequestId);
  if (!request) throw new RewindError('REQUEST_NOT_FOUND');
  return request;
}

async function ownRequest(app: App, turn: Turn, ref: Ref): Promise<RestoreRequest> {
  const request = await requestOf(app, turn, ref);
  if (request.requester.objectId !== turn.person.objectId)
    throw new RewindError('NOT_YOUR_REQUEST', { who: request.requester.name });
  return request;
}

/** What the card says so far is stored, so that the way back shows it. */
async function keepCard(app: App, turn: Turn, input: ActionInput<'restore.points'>): Promise<RestoreRequest> {
  const request = await ownRequest(app, turn, input);
  const patch = patchFromCard(request, input);
  return Object.keys(patch).length > 0
    ? app.restore.change(turn.tenant, request.id, input.rev ?? request.rev, turn.person, patch)
    : request;
}

/** `[Change]`: what the options card says so far is kept, then the distinct versions are offered. */
export const points: Act<'restore.points'> = async (app, _present, turn, input) => {
  const kept = await keepCard(app, turn, input);
  const subject = kept.subjects[0];
  if (!subject) throw new RewindError('REQUEST_NOT_FOUND');
  const offered = await holdingAll(app, kept, await app.restore.distinctPoints(turn.tenant, subject));
  const view = pointPickerView(
    {
      request: kept,
      points: offered,
      tenantName: await app.tenantName(),
      page: input.page,
      say: sayRequest(kept),
    },
    viewContext(app, turn),
  );
  return { replace: besideCard(view, kept) };
};

/** SPEC R2: with several objects only points that hold all of them are offered. */
async function holdingAll(
  app: App,
  request: RestoreRequest,
  points: readonly DistinctPoint[],
): Promise<readonly DistinctPoint[]> {
  const others = await Promise.all(
    request.subjects.slice(1).map(async ({ id }) => (await app.history.identity(request.tenant, id)).all),
  );
  const held = await Promise.all(
    points.map(async ({ point }) => {
      const versions = await app.history.versionsAt(request.tenant, others.flat(), point.seq);
      return others.every((ids) => ids.some((id) => versions.get(id)?.state === 'live'));
    }),
  );
  return points.filter((_, index) => held[index]);
}

export const usePoint: Act<'restore.usePoint'> = async (app, present, turn, input) => {
  const request = await ownRequest(app, turn, input);
  const snapshot = await app.history.snapshot(turn.tenant, input.seq);
  if (!snapshot) throw new RewindError('CARD_INVALID');
  const patch = { point: { seq: snapshot.seq, takenAt: snapshot.startedAt } };
  const changed = await app.restore.change(
    turn.tenant,
    request.id,
    input.rev ?? request.rev,
    turn.person,
    patch,
  );
  return { replace: await requestCard([app, present, turn], changed, 'requester') };
};

/** `[Leave some out…]`: what the undelete brings back by itself, and its further pages. */
export const comesBack: Act<'restore.comesBack'> = async (app, _present, turn, input) => {
  const kept = await keepCard(app, turn, input);
  const outlook = await app.restore.outlook(turn.tenant, kept.id);
  const view = comesBackView(
    {
      request: kept,
      lines: outlook.comesBackLines,
      tenantName: await app.tenantName(),
      page: input.page,
      say: sayOutlook(kept, outlook),
    },
    viewContext(app, turn),
  );
  return { replace: besideCard(view, kept) };
};

/** Back to the options: the plan that was shown no longer counts. */
export const options: Act<'restore.options'> = async (app, present, turn, input) => {
  const request = await ownRequest(app, turn, input);
  const { tenant, person } = turn;
  const rev = input.rev ?? request.rev;
  const patch = patchFromCard(request, input);
  if (request.follows) {
    // Removals have no options: all of them are offered again.
    const fresh = await app.restore.preview(tenant, request.id, rev, person, { options: { leaveOut: [] } });
    return { replace: await requestCard([app, present, turn], fresh.request, 'requester') };
  }
  const leaveOut = await stillLeftOut(app, request, patch.options?.leaveOut ?? request.options.leaveOut);
  const changed = await app.restore.change(tenant, request.id, rev, person, { options: { leaveOut } });
  return { replace: await requestCard([app, present, turn], changed, 'requester') };
};

/** What comes back by itself stays left out, and the options card says so; other lines of the preview are offered again. */
async function stillLeftOut(
  app: App,
  { tenant, planId }: RestoreRequest,
  keys: readonly PlanLineKey[],
): Promise<readonly PlanLineKey[]> {
  const plan = planId ? await app.restore.plan(tenant, planId) : null;
  return plan ? keys.filter((key) => plan.expected.some((line) => line.key === key)) : keys;
}

export const preview: Act<'restore.preview'> = async (app, present, turn, input) => {
  const request = await ownRequest(app, turn, input);
  const patch = patchFromCard(request, input);
  // Paging through the lines of a plan that still holds makes no new one.
  const turnsPage = input.page !== undefined && request.planId !== undefined && !changesPlan(request, patch);
  const shown = turnsPage
    ? request
    : (await app.restore.preview(turn.tenant, request.id, input.rev ?? request.rev, turn.person, patch))
        .request;
  return { replace: await requestCard([app, present, turn], shown, 'requester', input.page) };
};

/** Ticks that differ from the plan on the card make a new preview; nothing is asked for what was not seen. */
export const ask: Act<'restore.ask'> = async (app, present, turn, input) => {
  const request = await ownRequest(app, turn, input);
  const patch = patchFromCard(request, input);
  const rev = input.rev ?? request.rev;
  if (changesPlan(request, patch)) {
    const fresh = await app.restore.preview(turn.tenant, request.id, rev, turn.person, patch);
    return { replace: await requestCard([app, present, turn], fresh.request, 'requester') };
  }
  const asked = await app.restore.ask(turn.tenant, request.id, rev, turn.person, input.hash, patch.reason);
  return { replace: await requestCard([app, present, turn], asked, 'requester') };
};

export const json: Act<'restore.json'> = async (app, _present, turn, input) => {
  const request = await ownRequest(app, turn, input);
  const plan = request.planId ? await app.restore.plan(turn.tenant, request.planId) : null;
  if (!plan) throw new RewindError('CARD_OLD', { state: request.state });
  return {
    post: [
      {
        view: planJsonView(
          { plan, say: sayRequest(request, undefined, namesOf(plan, request.options.leaveOut)) },
          viewContext(app, turn),
        ),
      },
    ],
    notice: 'The plan as JSON is below.',
  };
};

export const cancel: Act<'restore.cancel'> = async (app, present, turn, input) =>
  withdraw(app, present, turn, input);

export const withdraw: Act<'request.withdraw'> = async (app, present, turn, input) => {
  const request = await ownRequest(app, turn, input);
  const rev = input.rev ?? request.rev;
  const ended = await app.restore.withdraw(turn.tenant, request.id, rev, turn.person);
  return { replace: await requestCard([app, present, turn], ended, 'requester') };
};

export const askAgain: Act<'request.askAgain'> = async (app, present, turn, input) => {
  const request = await ownRequest(app, turn, input);
  const asked = await app.restore.askAgain(
    turn.tenant,
    request.id,
    input.rev ?? request.rev,
    turn.person,
    input.hash,
  );
  return { replace: await requestCard([app, present, turn], asked, 'requester') };
};

/** A dismissed picker or near miss: nothing was stored, nothing is done. */
export const dismiss: Act<'dismiss'> = (app, _present, turn) =>
  Promise.resolve({
    replace: { view: closedView({ title: 'Cancelled', text: 'Nothing was done.' }, viewContext(app, turn)) },
  });
