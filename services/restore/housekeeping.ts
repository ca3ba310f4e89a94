import { isExpired } from '../approvals/decide.js';
import type { RestoreRequest } from '../model/restore.js';
import type { RestoreDeps } from './deps.js';
import type { Requests } from './requests.js';
import { enqueueRun } from './run.js';

/** A quarter of an hour before a request expires its approvers are reminded, once (SPEC A4). */
const REMIND_BEFORE_MS = 15 * 60_000;
/** Cards that nobody asked anything with stop being live after a day. */
const ASKS_FOR_MS = 24 * 60 * 60_000;

/**
 * Tells the audit what a crash kept from it, expires what is due, reminds once, and puts runs that a crash left back on the queue. Safe to
 * run on every instance.
 */
export async function housekeep(
  deps: Pick<RestoreDeps, 'jobs' | 'clock' | 'log'>,
  requests: Requests,
  expire: (request: RestoreRequest) => Promise<void>,
): Promise<void> {
  await requests.settleLeft();
  const now = deps.clock.now();
  for (const request of await requests.inStates(['running', 'waiting', 'asks'])) {
    if (request.state === 'running') await enqueueRun(deps, request);
    else if (isExpired(request, now)) await expire(request);
    else if (isReminderDue(request, now)) await remind(requests, request, now);
    else if (request.state === 'asks' && Date.parse(request.createdAt) + ASKS_FOR_MS <= now.getTime())
      await close(requests, request);
  }
}

const isReminderDue = ({ state, approval }: RestoreRequest, now: Date): boolean =>
  state === 'waiting' &&
  approval !== undefined &&
  approval.remindedAt === undefined &&
  Date.parse(approval.expiresAt) - REMIND_BEFORE_MS <= now.getTime();

async function remind(requests: Requests, { tenant, id }: RestoreRequest, now: Date): Promise<void> {
  await requests.mutate(
    tenant,
    id,
    (request) =>
      isReminderDue(request, now)
        ? { ...request, approval: { ...request.approval!, remindedAt: now.toISOString() } }
        : null,
    { kind: 'approval.reminded', actor: 'service' },
  );
}

async function close(requests: Requests, { tenant, id }: RestoreRequest): Promise<void> {
  await requests.mutate(
    tenant,
    id,
    (request) => (request.state === 'asks' ? { ...request, state: 'expired' } : null),
    { kind: 'restore.expired', actor: 'service' },
  );
}
