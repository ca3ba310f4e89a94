import {
  approved,
  denied,
  isExpired,
  isRequester,
  reassigned,
  samePerson,
  stateWords,
  withdrawn,
} from '../approvals/decide.js';
import { DEFAULT_POLICY } from '../approvals/policy.js';
import type { News } from '../audit/outbox.js';
import { RewindError } from '../model/errors.js';
import type { RequestId, TenantId } from '../model/ids.js';
import type { Person } from '../model/people.js';
import type { RecordQuery } from '../model/records.js';
import type { NamedObject, Plan, RestoreOptions } from '../model/plan.js';
import type { RestoreRequest } from '../model/restore.js';
import type { RequestPatch, RestoreInput, RestoreService } from '../model/restore-service.js';
import type { RestoreDeps } from './deps.js';
import { findCandidates } from './find.js';
import { readJournal } from './journal.js';
import { housekeep } from './housekeeping.js';
import { allAspects, outlookOf } from './outlook.js';
import { createPlanner } from './planner.js';
import { distinctPoints, lacksObject, liveVersionAt } from './points.js';
import { JOURNAL, PLANS } from './records.js';
import { Requests, subjectsForAudit } from './requests.js';
import { isUndoable } from './result.js';
import { enqueueRun, RUN_JOB, runRequest } from './run.js';

/** How long a process that stands still keeps a run from the others, as its lease does; a living one renews three times as often. */
const RUN_LOCK_MS = 2 * 60_000;
const RUNS_AT_ONCE = 4;
const LIST_LIMIT = 50;
const NO_OPTIONS: RestoreOptions = {
  withObject: true,
  aspects: [],
  mode: 'add',
  blockSignIn: false,
  onlyProperties: null,
  leaveOut: [],
};

/** The restore feature (the port says what each call promises). Declares its job; call before the queue starts. */
export function createRestoreService(deps: RestoreDeps): RestoreService {
  const { store, history, catalog, clock, random, roles } = deps;
  const requests = new Requests(deps);
  const planner = createPlanner(deps);
  const plans = store.collection(PLANS);
  // Each run asks for it anew; its indexes are made with all others, at the start.
  store.collection(JOURNAL);
  const approvers = (): string => roles.groupName('approver');
  const now = (): Date => clock.now();

  const planOf = async (request: RestoreRequest): Promise<Plan | null> =>
    request.planId ? plans.get(request.tenant, request.planId) : null;

  /** Plans and stores; the request then points at that plan, unless somebody was faster. */
  const planAndKeep = async (
    request: RestoreRequest,
    by: Person,
  ): Promise<{ readonly request: RestoreRequest; readonly plan: Plan }> => {
    const plan = planner.asPlan(request, await planner.plan(request));
    await plans.create(plan);
    const stored = await requests.save(
      { ...request, planId: plan.id },
      {
        kind: 'restore.previewed',
        actor: by,
        details: {
          planHash: plan.hash,
          operations: plan.operations.length,
          skips: plan.skips.length,
          class: plan.class,
          subjects: subjectsForAudit(request.subjects),
        },
      },
    );
    return { request: stored, plan };
  };

  const checkPoint = async ({ requester, subjects, point, timeZone }: RestoreInput): Promise<void> => {
    for (const object of subjects) {
      const { all } = await history.identity(requester.tenant, object.id);
      if (!(await liveVersionAt(history, requester.tenant, all, point.seq)))
        throw await lacksObject(history, requester.tenant, object, all, point, timeZone);
    }
  };

  /** Asks for what the request's plan says: straight to the run where nobody has to approve. */
  const askFor = async (
    request: RestoreRequest,
    plan: Plan,
    by: Person,
    reason: string | undefined,
  ): Promise<RestoreRequest> => {
    const why = (reason ?? request.reason ?? '').trim();
    if (plan.operations.length === 0) throw nothingToDo(request);
    if (!plan.applyable) throw blocked(plan);
    if (why === '') throw new RewindError('REASON_MISSING');
    const base = { ...request, reason: why, lapsedBecause: undefined, progress: undefined };
    if (plan.needs.approvers === 0) {
      const running = await requests.save(
        { ...base, state: 'running', approval: undefined },
        { kind: 'restore.confirmed', actor: by, details: { planHash: plan.hash } },
      );
      await enqueueRun(deps, running);
      return running;
    }
    await checkLimit(request, by);
    const askedAt = now();
    return requests.save(
      {
        ...base,
        state: 'waiting',
        approval: {
          needs: plan.needs,
          askedAt: askedAt.toISOString(),
          expiresAt: new Date(askedAt.getTime() + plan.needs.expiresInMs).toISOString(),
          number: twoDigits(),
          planHash: plan.hash,
          decisions: [],
        },
      },
      {
        kind: 'restore.asked',
        actor: by,
        details: { planHash: plan.hash, approvers: plan.needs.approvers, reason: why },
      },
    );
  };

  const checkLimit = async ({ tenant }: RestoreRequest, by: Person): Promise<void> => {
    const limit = (deps.policyOf?.(tenant) ?? DEFAULT_POLICY).openRequestsPerPerson;
    const mine = await requests.find(tenant, {
      where: { 'requester.objectId': by.objectId, state: 'waiting' },
    });
    const open = mine.filter((each) => !isExpired(each, now())).length;
    if (open >= limit) throw new RewindError('TOO_MANY_REQUESTS', { count: open });
  };

  /** 10 to 99, every number alike. */
  const twoDigits = (): number => {
    for (;;) {
      const [byte] = random.bytes(1);
      if (byte !== undefined && byte < 180) return 10 + (byte % 90);
    }
  };

  /** Runs a decision on the newest state; one that came too late turns the request 'expired' first. */
  const decide = async (
    tenant: TenantId,
    id: RequestId,
    decision: (request: RestoreRequest) => RestoreRequest,
    news: News,
  ): Promise<RestoreRequest> => {
    const late = await requests.must(tenant, id);
    if (isExpired(late, now())) await expire(late);
    return requests.mutate(tenant, id, decision, news);
  };

  const expire = async ({ tenant, id }: RestoreRequest): Promise<void> => {
    await requests.mutate(
      tenant,
      id,
      (request) => (isExpired(request, now()) ? { ...request, state: 'expired' } : null),
      { kind: 'approval.expired', actor: 'service' },
    );
  };

  const patched = (request: RestoreRequest, patch: RequestPatch): RestoreRequest => ({
    ...request,
    ...(patch.point ? { point: patch.point } : {}),
    ...(patch.reason === undefined ? {} : { reason: patch.reason }),
    options: { ...request.options, ...patch.options },
    // Any earlier plan was made for other options; it may no longer be asked for.
    planId: undefined,
  });

  const service: RestoreService = {
    candidates: (tenant, type, name) =>
      findCandidates({ reader: deps.directoryOf(tenant).reader, history, catalog }, tenant, type, name),

    async open(input) {
      await checkPoint(input);
      const { requester, timeZone, subjects, point, options, reason, atCommandLine } = input;
      return requests.create(
        {
          tenant: requester.tenant,
          kind: 'restore',
          requester,
          timeZone,
          subjects,
          point,
          options,
          ...(reason ? { reason } : {}),
          ...(atCommandLine ? { atCommandLine } : {}),
        },
        {
          kind: 'restore.opened',
          actor: requester,
          details: { subjects: subjectsForAudit(subjects), snapshot: point.seq },
        },
      );
    },

    get: (tenant, id) => requests.get(tenant, id),
    plan: (tenant, id) => plans.get(tenant, id),

    list(tenant, filter = {}) {
      const where: NonNullable<RecordQuery['where']> = {
        ...(filter.states ? { state: { in: filter.states } } : {}),
        ...(filter.requester ? { 'requester.objectId': filter.requester } : {}),
      };
      return requests.find(tenant, { where, sort: [['number', -1]], limit: filter.limit ?? LIST_LIMIT });
    },

    async outlook(tenant, id) {
      const { subjects, point, options, timeZone } = await requests.must(tenant, id);
      if (!point || !subjects[0]) throw new RewindError('REQUEST_NOT_FOUND');
      const every = allAspects(catalog, options, subjects);
      const facts = await planner.facts(tenant, { subjects, point, options: every, timeZone });
      const trial = {
        chosen: planner.fromFacts(tenant, facts, options),
        whole: planner.fromFacts(tenant, facts, every),
      };
      const found = await service.candidates(tenant, subjects[0].type, facts.subjects[0]!.id);
      const state = facts.subjects[0]!.state;
      const candidate = found.find(({ object }) => object.id === facts.subjects[0]!.id);
      return outlookOf(catalog, facts, options, trial, candidate ?? { object: subjects[0], state });
    },

    distinctPoints: (tenant, subject) => distinctPoints(history, catalog, tenant, subject.id),

    async change(tenant, id, rev, by, patch) {
      const request = await requests.own(tenant, id, rev, by, ['asks']);
      const next = patched(request, patch);
      if (patch.point && next.point) await checkPoint({ ...next, point: next.point });
      return requests.save(next);
    },

    async preview(tenant, id, rev, by, patch) {
      const request = await requests.own(tenant, id, rev, by, ['asks', 'lapsed']);
      const next = patch ? patched({ ...request, state: 'asks' }, patch) : request;
      return planAndKeep(next, by);
    },

    async dryRun(input) {
      await checkPoint(input);
      const { requester, subjects, point, options, timeZone } = input;
      const facts = await planner.facts(requester.tenant, { subjects, point, options, timeZone });
      const content = planner.fromFacts(requester.tenant, facts, options);
      return planner.asPlan({ tenant: requester.tenant, id: '' as RequestId } as RestoreRequest, content);
    },

    async ask(tenant, id, rev, by, planHash, reason) {
      const request = await requests.own(tenant, id, rev, by, ['asks']);
      const plan = await planOf(request);
      if (plan?.hash !== planHash) throw new RewindError('CARD_OLD', { state: 'there is a newer preview' });
      return askFor(request, plan, by, reason);
    },

    async approve(tenant, id, by, planHash, typedNumber) {
      const approval = { by, planHash, ...(typedNumber === undefined ? {} : { typedNumber }) };
      const request = await decide(tenant, id, (current) => approved(current, approval, now(), approvers()), {
        kind: 'approval.approved',
        actor: by,
        details: { planHash },
      });
      if (request.state === 'running') await enqueueRun(deps, request);
      return request;
    },

    deny: (tenant, id, by, comment) =>
      decide(tenant, id, (current) => denied(current, by, comment, now(), approvers()), {
        kind: 'approval.denied',
        actor: by,
        details: comment ? { comment } : {},
      }),

    reassign: (tenant, id, by, to) =>
      decide(tenant, id, (current) => reassigned(current, by, to, now(), approvers()), {
        kind: 'approval.reassigned',
        actor: by,
        details: { to: to.map(({ objectId }) => objectId) },
      }),

    async withdraw(tenant, id, rev, by) {
      const request = await requests.must(tenant, id);
      const next = withdrawn(request, by);
      if (request.rev !== rev) throw new RewindError('CARD_OLD', { state: stateWords(request.state) });
      return requests.save(next, { kind: 'restore.withdrawn', actor: by });
    },

    stop(tenant, id, by) {
      const asked = (current: RestoreRequest): RestoreRequest | null => {
        const mine = isRequester(current, by);
        if (!mine && !current.approval?.decisions.some((each) => samePerson(each.by, by)))
          throw new RewindError('NOT_YOUR_REQUEST', { who: `${current.requester.name} or who approved it` });
        if (current.state !== 'running')
          throw new RewindError('CARD_OLD', { state: stateWords(current.state) });
        const startedAt = now().toISOString();
        const progress = current.progress ?? { done: 0, total: 0, startedAt, stopAsked: false };
        return progress.stopAsked ? null : { ...current, progress: { ...progress, stopAsked: true } };
      };
      return requests.mutate(tenant, id, asked, { kind: 'restore.stopAsked', actor: by });
    },

    async askAgain(tenant, id, rev, by, planHash) {
      const request = await requests.own(tenant, id, rev, by, ['lapsed']);
      const plan = await planOf(request);
      if (plan?.hash !== planHash) throw new RewindError('CARD_OLD', { state: 'there is a newer preview' });
      return askFor(request, plan, by, undefined);
    },

    async undo(tenant, id, by, where = {}) {
      const former = await requests.must(tenant, id);
      await checkUndo(former);
      const request = await requests.create({
        tenant,
        kind: 'undo',
        requester: by,
        timeZone: former.timeZone,
        subjects: subjectsNow(former),
        point: null,
        options: NO_OPTIONS,
        undoes: former.id,
        reason: `Undo of request ${former.number}`,
        ...where,
      });
      return planAndKeep(request, by);
    },

    async openCredential({ requester, timeZone, subject, action, reason, atCommandLine }) {
      const request = await requests.create({
        tenant: requester.tenant,
        kind: 'credential',
        credential: action,
        requester,
        timeZone,
        subjects: [subject],
        point: null,
        options: NO_OPTIONS,
        ...(reason ? { reason } : {}),
        ...(atCommandLine ? { atCommandLine } : {}),
      });
      return planAndKeep(request, requester);
    },

    journal: (tenant, id) => readJournal(store, tenant, id),
    run: (tenant, id, signal) => runRequest(deps, requests, planner, tenant, id, signal),
    housekeeping: () => housekeep(deps, requests, expire),
  };

  const checkUndo = async (former: RestoreRequest): Promise<void> => {
    const refuse = (why: string): never => {
      throw new RewindError('NOT_UNDOABLE', { why });
    };
    if (former.state === 'running') refuse('it still runs');
    if (former.undoneBy) refuse('it was undone already');
    const plan = await planOf(former);
    const undoable = new Set(plan?.operations.filter(isUndoable).map((op) => op.id));
    const journal = await readJournal(store, former.tenant, former.id);
    const wrote = journal.some(
      ({ outcome, operationId }) => outcome?.outcome === 'done' && undoable.has(operationId),
    );
    if (!wrote) refuse('it wrote nothing that can be taken back');
  };

  deps.jobs.define(
    RUN_JOB,
    (payload, signal) => service.run(payload['tenant'] as TenantId, payload['id'] as RequestId, signal),
    { lockInMs: RUN_LOCK_MS, concurrency: RUNS_AT_ONCE },
  );
  return service;
}

/** A recreated object is undone under the id that it has now. */
const subjectsNow = (former: RestoreRequest): readonly NamedObject[] =>
  former.subjects.map((object) => {
    const recreated = former.result?.recreated.find(({ formerId }) => formerId === object.id);
    return recreated ? recreated.object : object;
  });

const nothingToDo = ({ subjects, point }: RestoreRequest): RewindError =>
  new RewindError('NOTHING_TO_DO', {
    name: subjects.map(({ name }) => name).join(', '),
    point: point ? `snapshot ${point.seq}` : 'the state before',
  });

function blocked({ findings }: Plan): RewindError {
  const error = findings.find(({ severity }) => severity === 'error');
  return new RewindError('PLAN_BLOCKED', {
    reason: error?.summary ?? 'a finding stands against it',
    hint: error?.detail ?? 'Change the options and make the preview again.',
  });
}
