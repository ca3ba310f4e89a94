import type { Plan, RestoreRequest } from '../model/restore.js';
import type { RestoreDeps } from './deps.js';
import type { Planner } from './planner.js';
import { PLANS } from './records.js';
import type { Requests } from './requests.js';

/**
 * What Entra brings back with an undelete cannot be read before, so what should not stay is taken away by a second plan, with a preview
 * and an approval of its own (SPEC R8): in exact mode whatever the restore point lacks, else the lines that were left out. Opened in
 * state 'asks' only if there is something to take away.
 */
export async function openFollowUp(
  deps: Pick<RestoreDeps, 'store'>,
  requests: Requests,
  planner: Planner,
  request: RestoreRequest,
  plan: Plan,
): Promise<void> {
  const undeleted = plan.operations.some(({ do: what }) => what === 'undelete');
  const ended = request.state === 'done' || request.state === 'incomplete';
  if (!undeleted || !ended || request.followedBy || request.kind !== 'restore') return;
  const remove = plan.expected.map(({ key }) => key).filter((key) => request.options.leaveOut.includes(key));
  if (request.options.mode !== 'exact' && remove.length === 0) return;
  const options = {
    ...request.options,
    remove,
    leaveOut: request.options.leaveOut.filter((key) => !remove.includes(key)),
  };
  const { tenant, requester, timeZone, subjects, point, reason } = request;
  const draft = { ...request, options };
  const content = await planner.plan(draft);
  if (!content.operations.some(({ do: what }) => what === 'unlink')) return;
  const opened = await requests.create({
    tenant,
    kind: 'restore',
    requester,
    timeZone,
    subjects,
    point,
    options,
    follows: request.id,
    ...(reason ? { reason } : {}),
  });
  const stored = planner.asPlan(opened, content);
  await deps.store.collection(PLANS).create(stored);
  const ready = await requests.save({ ...opened, planId: stored.id });
  await requests.mutate(tenant, request.id, (now) => ({ ...now, followedBy: opened.id }));
  await requests.tell(ready, 'restore.followUp', 'service', { follows: request.number });
}
