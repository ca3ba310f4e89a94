import type { RequestId } from '../model/ids.js';
import type { Plan, PlanLineKey } from '../model/plan.js';
import type { RestoreRequest } from '../model/restore.js';
import type { RestoreDeps } from './deps.js';
import type { Planner } from './planner.js';
import { PLANS } from './records.js';
import type { Requests } from './requests.js';

/** One follow-up per request, under an id of its own making: a run that ends a second time after a crash finds the one it opened. */
const followUpId = ({ id }: RestoreRequest): RequestId => `${id}-removals` as RequestId;

/**
 * What Entra brings back with an undelete cannot be read before, so what should not stay is taken away by a second plan, with a preview
 * and an approval of its own (SPEC R8): in exact mode whatever the restore point lacks, else the lines that were left out. Opened in
 * state 'asks' before the first request is published as ended, so that no crash in between forgets it. Safe to repeat.
 * @param request as it will end
 * @returns the second request; null where there is nothing to take away
 */
export async function openFollowUp(
  deps: Pick<RestoreDeps, 'store'>,
  requests: Requests,
  planner: Planner,
  request: RestoreRequest,
  plan: Plan,
): Promise<RequestId | null> {
  const undeleted = plan.operations.some(({ do: what }) => what === 'undelete');
  const ended = request.state === 'done' || request.state === 'incomplete';
  if (!undeleted || !ended || request.kind !== 'restore') return null;
  const remove = request.options.leaveOut.filter(isLink);
  if (request.options.mode !== 'exact' && remove.length === 0) return null;
  const id = followUpId(request);
  const known = await requests.get(request.tenant, id);
  const tell = (ready: RestoreRequest): Promise<number> =>
    requests.tell(ready, 'restore.followUp', 'service', { follows: request.number }, { once: true });
  if (known?.planId) {
    await tell(known);
    return id;
  }
  const { tenant, requester, timeZone, subjects, point, reason } = request;
  const options = {
    ...request.options,
    remove,
    leaveOut: request.options.leaveOut.filter((key) => !remove.includes(key)),
  };
  const content = await planner.plan({ ...request, options });
  if (!content.operations.some(({ do: what }) => what === 'unlink')) return null;
  const opened =
    known ??
    (await requests.create({
      tenant,
      id,
      kind: 'restore',
      requester,
      timeZone,
      subjects,
      point,
      options,
      follows: request.id,
      ...(reason ? { reason } : {}),
    }));
  const stored = planner.asPlan(opened, content);
  await deps.store.collection(PLANS).create(stored);
  const ready = await requests.save({ ...opened, planId: stored.id });
  await tell(ready);
  return id;
}

/** Properties that were left out did not come back; only links do by themselves. */
const isLink = (key: PlanLineKey): boolean => key.startsWith('link:');
