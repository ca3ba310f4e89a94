import { isRewindError, RewindError } from '../model/errors.js';
import { patiently } from '../model/patience.js';
import type { RequestId, TenantId } from '../model/ids.js';
import type { Plan } from '../model/plan.js';
import type { RestoreRequest } from '../model/restore.js';
import { applyPlan } from './apply.js';
import { offerOf, type ApplyContext } from './apply-context.js';
import type { RestoreDeps } from './deps.js';
import { openFollowUp } from './follow-up.js';
import { Journal } from './journal.js';
import { whatMoved } from './lapse.js';
import type { Planner } from './planner.js';
import { prove } from './prove.js';
import { PLANS } from './records.js';
import type { Requests } from './requests.js';
import { buildResult, endState, isBlock } from './result.js';

export const RUN_JOB = 'restore.run';
/** Longer than any single wait inside a step, so that a living run never loses its lease between two writes. */
const LEASE_MS = 120_000;
/** Another run of the tenant goes on, or Graph cannot be reached: try again so much later. */
const AGAIN_MS = 15_000;
/** A run that Graph keeps from going on for so long ends as failed, with what was done. */
const GIVE_UP_MS = 60 * 60_000;
/** Progress is stored and told at most so often. */
const PROGRESS_MS = 1_000;

/** Puts a run on the queue. The same request twice is one run; `suffix` makes room for a later one while the first still runs. */
export const enqueueRun = (
  { jobs, clock }: Pick<RestoreDeps, 'jobs' | 'clock'>,
  { tenant, id }: Pick<RestoreRequest, 'tenant' | 'id'>,
  delayInMs = 0,
): Promise<void> => {
  const at = new Date(clock.now().getTime() + delayInMs);
  const key = delayInMs === 0 ? `${RUN_JOB}:${id}` : `${RUN_JOB}:${id}:${at.getTime()}`;
  return jobs.enqueue(RUN_JOB, { tenant, id }, delayInMs === 0 ? { key } : { key, at });
};

/**
 * One approved request, from recompute to result. Holds the tenant's restore lease, checked before every write. Called again after a
 * crash it goes on where the journal stands; called for a request that is not running it does nothing.
 */
export async function runRequest(
  deps: RestoreDeps,
  requests: Requests,
  planner: Planner,
  tenant: TenantId,
  id: RequestId,
  signal: AbortSignal,
): Promise<void> {
  const found = await requests.get(tenant, id);
  if (found?.state !== 'running' || !found.planId) return;
  // Who agreed is in the audit before anything is written (SPEC N3).
  const request = await requests.settle(found);
  const name = `restore:${tenant}`;
  const holder = deps.random.id();
  const patience = { forInMs: LEASE_MS, signal };
  // The same holder again: an acquisition whose answer was lost is recognised, and not waited for as somebody else's.
  const lease = await patiently(() => deps.leases.acquire(name, holder, LEASE_MS), patience);
  if (!lease) return enqueueRun(deps, request, AGAIN_MS);
  const stillMine = async (): Promise<void> => {
    if (!(await deps.leases.renew(name, holder, lease.fence, LEASE_MS))) throw new RewindError('LEASE_LOST');
  };
  try {
    await runHolding(deps, requests, planner, request, signal, stillMine);
  } catch (error) {
    // Whoever took over goes on; a process that is going down leaves the rest to the next one.
    if (signal.aborted || isRewindError(error, 'LEASE_LOST')) return;
    if (!isRewindError(error) || !error.retryable) throw error;
    deps.log.warn(
      { job: RUN_JOB, request: id, code: error.code },
      'the run failed so far, and goes on later',
    );
    // Of a store that is away nothing can be asked: the queue itself runs the job again when it is back.
    if (error.code === 'STORE_UNREACHABLE') throw error;
    await enqueueRun(deps, request, AGAIN_MS);
  } finally {
    // Not best effort: held by nobody, it would keep the next run waiting until it has ended by itself.
    await patiently(() => deps.leases.release(name, holder, lease.fence), patience).catch((error: unknown) =>
      deps.log.warn({ lease: name, error: String(error) }, 'could not release the lease; it ends by itself'),
    );
  }
}

async function runHolding(
  deps: RestoreDeps,
  requests: Requests,
  planner: Planner,
  request: RestoreRequest,
  signal: AbortSignal,
  stillMine: () => Promise<void>,
): Promise<void> {
  const { store, clock } = deps;
  const plan = await store.collection(PLANS).get(request.tenant, request.planId!);
  if (!plan)
    throw new RewindError('INTERNAL', {}, { message: 'INTERNAL: the plan of a running request is gone' });
  const journal = await Journal.open(store, deps.random, request.tenant, request.id, plan);
  const untouched = journal.all().every(({ state }) => state === 'planned');
  // Once something was sent, the plan is finished as approved: what it did itself must not lapse it.
  if (untouched && !(await stillHolds(deps, requests, planner, request, plan))) return;

  const startedAt = request.progress?.startedAt ?? clock.now().toISOString();
  const running = await requests.mutate(request.tenant, request.id, (now) =>
    now.state === 'running' && !now.progress
      ? { ...now, progress: { done: 0, total: plan.operations.length, startedAt, stopAsked: false } }
      : null,
  );
  if (running.state !== 'running') return;
  if (untouched)
    await requests.tell(
      running,
      'restore.started',
      'service',
      { operations: plan.operations.length },
      { once: true },
    );

  const context = contextOf(deps, requests, running, plan, journal, signal, stillMine);
  const { stopped } = await applyOrGiveUp(context, startedAt);
  await finish(deps, requests, planner, context, startedAt, stopped);
}

/** Recomputes; a different plan lapses the approval and becomes the one to ask for anew (SPEC A3). */
async function stillHolds(
  deps: RestoreDeps,
  requests: Requests,
  planner: Planner,
  request: RestoreRequest,
  plan: Plan,
): Promise<boolean> {
  const content = await planner.plan(request);
  if (content.hash === plan.hash && content.applyable) return true;
  const fresh = planner.asPlan(request, content);
  await deps.store.collection(PLANS).create(fresh);
  const lapsedBecause = whatMoved(plan, content);
  await requests.mutate(
    request.tenant,
    request.id,
    (now) => (now.state === 'running' ? { ...now, state: 'lapsed', planId: fresh.id, lapsedBecause } : null),
    {
      kind: 'restore.lapsed',
      actor: 'service',
      details: { moved: lapsedBecause.length, planHash: fresh.hash },
    },
  );
  return false;
}

function contextOf(
  deps: RestoreDeps,
  requests: Requests,
  request: RestoreRequest,
  plan: Plan,
  journal: Journal,
  signal: AbortSignal,
  stillMine: () => Promise<void>,
): ApplyContext {
  const { history, catalog, vault, audit, clock, log, notifier } = deps;
  let toldAt = 0;
  return {
    request,
    plan,
    journal,
    directory: deps.directoryOf(request.tenant),
    history,
    catalog,
    vault,
    audit,
    clock,
    log,
    signal,
    stillMine,
    guard: async () => {
      signal.throwIfAborted();
      await stillMine();
    },
    stopAsked: async () => (await requests.must(request.tenant, request.id)).progress?.stopAsked === true,
    progressed: async (done) => {
      const now = clock.now().getTime();
      if (now - toldAt < PROGRESS_MS) return;
      toldAt = now;
      const stored = await requests.mutate(request.tenant, request.id, (latest) =>
        latest.progress ? { ...latest, progress: { ...latest.progress, done } } : null,
      );
      await notifier.notify({ event: 'requestChanged', request: stored });
    },
  };
}

/** A run that Entra has kept waiting for an hour stops: what is open is settled as failed and said. */
async function applyOrGiveUp(
  context: ApplyContext,
  startedAt: string,
): Promise<{ readonly stopped: boolean }> {
  const { journal, clock } = context;
  try {
    return await applyPlan(context);
  } catch (error) {
    const late = clock.now().getTime() - Date.parse(startedAt) > GIVE_UP_MS;
    if (!late || !isRewindError(error, 'GRAPH_UNREACHABLE', 'GRAPH_THROTTLED')) throw error;
    for (const { operationId, state } of journal.all())
      if (state !== 'settled')
        await journal.move(operationId, {
          state: 'settled',
          outcome: { outcome: 'failed', reason: 'Entra could not be reached for an hour', code: error.code },
        });
    return { stopped: false };
  }
}

/** A second plan that cannot be made (its snapshot is gone, say) does not keep the first run from ending. */
async function followUpOf(...args: Parameters<typeof openFollowUp>): Promise<RequestId | null> {
  const [, , , request] = args;
  try {
    return await openFollowUp(...args);
  } catch (error) {
    if (!isRewindError(error) || error.retryable) throw error;
    await args[1].note(request, 'restore.followUpFailed', 'service', { code: error.code }, { once: true });
    return null;
  }
}

async function finish(
  deps: RestoreDeps,
  requests: Requests,
  planner: Planner,
  context: ApplyContext,
  startedAt: string,
  stopped: boolean,
): Promise<void> {
  const { request, plan, journal, vault, audit } = context;
  for (const op of plan.operations) {
    const entry = journal.entry(op.id);
    if (op.do === 'create' && op.withPassword && entry.newId)
      await vault.offer({ ...offerOf(context, op), user: { ...op.object, id: entry.newId } });
    if (isBlock(op) && entry.outcome?.outcome === 'failed') {
      deps.log.error({ request: request.id, operation: op.id }, 'a block of sign-in failed');
      await requests.note(
        request,
        'alarm.blockFailed',
        'service',
        { operation: op.id },
        { key: `blockFailed:${op.id}` },
      );
    }
  }
  const proof = await prove(context);
  const state = endState(context, proof, stopped);
  const own = await audit.list(request.tenant, {
    requestId: request.id,
    limit: plan.operations.length * 3 + 100,
  });
  const counts = {
    linesHeld: proof.linesHeld,
    linesTotal: proof.linesTotal,
    differences: proof.differences.length,
  };
  // Once, although another instance may have ended this run while this one stood still.
  const auditTo = await requests.note({ ...request, state }, 'restore.finished', 'service', counts, {
    once: true,
  });
  const auditFrom = own.at(-1)?.number ?? auditTo;
  const result = buildResult(context, proof, { startedAt, auditFrom, auditTo });
  const settled = journal.all().filter((entry) => entry.state === 'settled').length;
  const followedBy = await followUpOf(deps, requests, planner, { ...request, state }, plan);
  // Before the end is stored: nobody would come back for what is still to do after it.
  if (request.undoes && state !== 'failed')
    await requests.mutate(request.tenant, request.undoes, (former) =>
      former.undoneBy ? null : { ...former, undoneBy: request.id },
    );
  const finished = await requests.mutate(request.tenant, request.id, (now) =>
    now.state === 'running'
      ? {
          ...now,
          state,
          result,
          progress: { ...now.progress!, done: settled },
          ...(followedBy ? { followedBy } : {}),
        }
      : null,
  );
  await deps.notifier.notify({ event: 'requestChanged', request: finished });
}
