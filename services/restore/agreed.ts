import type { Person } from '../model/people.js';
import type { Plan } from '../model/plan.js';
import type { RestoreRequest } from '../model/restore.js';
import type { RestoreDeps } from './deps.js';
import type { Requests } from './requests.js';

/** Far more than the clicks that lead to a run. */
const ENTRIES_AT_MOST = 500;

/**
 * Who agreed to this run is in the audit before anything is written (SPEC N3). Each click tells it itself; a process that died between the
 * click's effect and its entry leaves it to the run.
 */
export async function tellWhoAgreed(
  { audit }: Pick<RestoreDeps, 'audit'>,
  requests: Requests,
  request: RestoreRequest,
  plan: Plan,
): Promise<void> {
  const { approval, requester } = request;
  const kind = approval ? 'approval.approved' : 'restore.confirmed';
  const agreed: readonly Person[] = approval
    ? approval.decisions.flatMap(({ by, verdict }) => (verdict === 'approved' ? [by] : []))
    : [requester];
  const planHash = approval?.planHash ?? plan.hash;
  const told = await audit.list(request.tenant, { requestId: request.id, limit: ENTRIES_AT_MOST });
  for (const by of agreed) {
    const isTold = told.some(
      (entry) =>
        entry.kind === kind &&
        entry.actor !== 'service' &&
        entry.actor.objectId === by.objectId &&
        entry.details['planHash'] === planHash,
    );
    if (!isTold) await requests.note(request, kind, by, { planHash });
  }
}
