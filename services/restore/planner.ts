import { DEFAULT_POLICY, type ApprovalPolicy } from '../approvals/policy.js';
import { RewindError } from '../model/errors.js';
import type { TenantId } from '../model/ids.js';
import { plain } from '../model/json.js';
import { newPlanId } from '../model/random.js';
import type { Plan } from '../model/plan.js';
import type { RestoreRequest } from '../model/restore.js';
import type { RestoreInput } from '../model/restore-service.js';
import { planCredential } from './credential-plan.js';
import type { RestoreDeps } from './deps.js';
import type { PlanFacts } from './facts.js';
import { gatherFacts, type PlanQuestion } from './gather.js';
import { readJournal } from './journal.js';
import { planRestore, type PlanContent } from './plan.js';
import { PLANS, REQUESTS } from './records.js';
import { createRuleReader } from './rules.js';
import { planUndo } from './undo-plan.js';

/** Makes the plan that a request asks for, against live; the same way at the preview and just before applying (SPEC A3). */
export interface Planner {
  plan(request: RestoreRequest): Promise<PlanContent>;
  facts(tenant: TenantId, question: PlanQuestion): Promise<PlanFacts>;
  fromFacts(tenant: TenantId, facts: PlanFacts, options: RestoreInput['options']): PlanContent;
  /** Content with the ids that make it a plan of this request. */
  asPlan(request: RestoreRequest, content: PlanContent): Plan;
}

export function createPlanner(deps: RestoreDeps): Planner {
  const { history, catalog, store, clock, random } = deps;
  const rulesOf = createRuleReader(history, catalog);
  const policyOf = (tenant: TenantId): ApprovalPolicy => deps.policyOf?.(tenant) ?? DEFAULT_POLICY;

  const facts: Planner['facts'] = (tenant, question) =>
    gatherFacts({ reader: deps.directoryOf(tenant).reader, history, catalog, rulesOf }, tenant, question);
  const fromFacts: Planner['fromFacts'] = (tenant, known, options) =>
    planRestore(known, options, catalog, policyOf(tenant));

  return {
    facts,
    fromFacts,
    async plan(request) {
      const { tenant } = request;
      const about = { reader: deps.directoryOf(tenant).reader, catalog, policy: policyOf(tenant) };
      if (request.kind === 'credential') {
        const subject = request.subjects[0];
        if (!subject || !request.credential) throw new RewindError('REQUEST_NOT_FOUND');
        return planCredential(about, subject, request.credential);
      }
      if (request.kind === 'undo') {
        const former = request.undoes && (await store.collection(REQUESTS).get(tenant, request.undoes));
        const plan = former && former.planId && (await store.collection(PLANS).get(tenant, former.planId));
        if (!former || !plan) throw new RewindError('REQUEST_NOT_FOUND');
        const journal = await readJournal(store, tenant, former.id);
        return planUndo({ ...about, history }, { tenant, plan, journal, number: former.number });
      }
      const { point, subjects, options, timeZone } = request;
      if (!point) throw new RewindError('REQUEST_NOT_FOUND');
      return fromFacts(tenant, await facts(tenant, { subjects, point, options, timeZone }), options);
    },
    asPlan: (request, content) =>
      plain({
        ...content,
        tenant: request.tenant,
        id: newPlanId(random),
        rev: 1,
        requestId: request.id,
        createdAt: clock.now().toISOString(),
      }),
  };
}
