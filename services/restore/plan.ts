import type { ApprovalPolicy } from '../approvals/policy.js';
import { needsOf } from '../approvals/policy.js';
import type { Catalog } from '../catalog/spec.js';
import { hashOf } from '../model/json.js';
import type { Operation, Plan, PlannedSubject, RestoreOptions } from '../model/plan.js';
import { classify } from './classify.js';
import type { PlanFacts, SubjectFacts } from './facts.js';
import type { PlanContext } from './plan-context.js';
import { PlanDraft } from './plan-draft.js';
import { Gives } from './plan-gives.js';
import { planLinks } from './plan-links.js';
import { planObject, SIGN_IN } from './plan-object.js';

/** A plan's content, before it has an id, a request and a time. */
export type PlanContent = Omit<Plan, 'tenant' | 'id' | 'rev' | 'requestId' | 'createdAt'>;

/** More operations than this do not fit one stored plan, nor one person's judgement. */
const MOST_OPERATIONS = 5_000;

/**
 * Plans the way from live to the restore point. Pure: reads nothing, so the same facts give the same plan and hash; an unknown value
 * never becomes an operation, for no property and no kind of link (ANCHORS A2).
 * @returns operations in apply order; `applyable` is false if any finding is an error
 */
export function planRestore(
  facts: PlanFacts,
  options: RestoreOptions,
  catalog: Catalog,
  policy: ApprovalPolicy,
): PlanContent {
  const draft = new PlanDraft();
  const gives = new Gives(facts.risk, catalog);
  const left = new Set(options.leaveOut);
  const context: PlanContext = {
    facts,
    options,
    catalog,
    gives,
    draft,
    leftOut: (key) => left.has(key),
  };
  for (const subject of facts.subjects) {
    draft.subjects.push(plannedSubject(context, subject));
    const { ref } = planObject(context, subject);
    if (ref) planLinks(context, subject, ref);
    notes(context, subject);
  }
  return finishPlan(draft, {
    point: facts.point,
    gives,
    policy,
    exactRemovals: options.mode === 'exact' || (options.remove?.length ?? 0) > 0,
    privileged: facts.subjects.some((subject) => isPrivileged(gives, subject)),
  });
}

/** Numbers, classes and hashes what the draft holds. Undo and credential plans end here too. */
export function finishPlan(
  draft: PlanDraft,
  about: {
    readonly point: Plan['point'];
    readonly gives: Gives;
    readonly policy: ApprovalPolicy;
    readonly exactRemovals: boolean;
    readonly privileged: boolean;
  },
): PlanContent {
  const operations = draft.operations();
  if (operations.length > MOST_OPERATIONS)
    draft.find({
      severity: 'error',
      code: 'PLAN_TOO_LARGE',
      summary: `${operations.length} changes are more than one plan may hold (${MOST_OPERATIONS}).`,
      detail: 'Restore in parts: fewer objects, or fewer relationships at a time.',
    });
  if (operations.length > 0 && !about.gives.riskKnown)
    draft.find({
      severity: 'warning',
      code: 'RISK_UNKNOWN',
      summary:
        'Roles, Conditional Access or application assignments may not be read, so what this gives is not fully known: two people decide.',
    });
  const planClass = classify({
    operations,
    expected: draft.expected,
    touchesPrivileged:
      operations.length > 0 &&
      (about.privileged || draft.touchesPrivileged || linksPrivileged(operations, about.gives)),
    exactRemovals: about.exactRemovals && operations.some((op) => op.do === 'unlink'),
    changesSignIn: operations.some(
      (op) => op.do === 'update' && op.changes.some(({ property }) => property === SIGN_IN),
    ),
  });
  const content = {
    subjects: draft.subjects,
    point: about.point,
    operations,
    expected: draft.expected,
    skips: draft.skips,
    class: planClass,
    needs: needsOf(planClass, about.gives.riskKnown, about.policy),
    applyable: !draft.findings.some(({ severity }) => severity === 'error'),
  };
  return {
    ...content,
    findings: draft.findings,
    ...(draft.leftOut.length > 0 ? { leftOut: draft.leftOut } : {}),
    hash: planHash(content),
  };
}

/**
 * What an approval binds (SPEC A3). Not in it: lines that were left out; findings and notes on expected lines, which speak of snapshots
 * and times and may change with the next backup although nothing in the tenant moved; the words in which the point was asked for.
 */
function planHash(content: Omit<PlanContent, 'findings' | 'leftOut' | 'hash'>): string {
  const { point, operations, expected, ...rest } = content;
  return hashOf({
    ...rest,
    point: point && point.seq,
    operations,
    // undefined and "not there" are the same to canonical JSON, which is what "unknown" is
    expected: expected.map(({ note: _note, ...line }) => line),
  });
}

function plannedSubject(context: PlanContext, subject: SubjectFacts): PlannedSubject {
  const { gives } = context;
  const manager = managerOf(context, subject);
  return {
    object: subject.object,
    before: subject.state,
    ...(manager ? { manager } : {}),
    ...(subject.handoff ? { handoff: subject.handoff } : {}),
    ...(isPrivileged(gives, subject) || !gives.riskKnown ? { privileged: true } : {}),
  };
}

/** The live other end of a single-valued link from the subject (the manager): who would be handed a credential. */
function managerOf({ facts, catalog }: PlanContext, { links }: SubjectFacts): PlannedSubject['manager'] {
  const heads = links.filter(({ kind, end }) => end === 'source' && catalog.link(kind).single);
  const others = heads.flatMap(({ wanted, present }) => [...present.keys(), ...wanted]);
  const head = others.map((id) => facts.others.get(id)).find((other) => other?.state === 'live');
  return head?.object;
}

const isPrivileged = (gives: Gives, { id, formerId }: SubjectFacts): boolean =>
  gives.rolesOf(id).length + gives.rolesOf(formerId).length > 0;

/** What a person should know before deciding, beside the lines. */
function notes({ draft, facts, gives, options, catalog }: PlanContext, subject: SubjectFacts): void {
  const { object, spec, state } = subject;
  if (isPrivileged(gives, subject))
    draft.find({
      severity: 'warning',
      code: 'PRIVILEGED_TARGET',
      summary: `${object.name} holds ${gives.rolesOf(subject.id).join(', ')}: Entra may refuse our app, and two people decide.`,
    });
  if (state === 'softDeleted' && spec.signsIn && options.withObject)
    draft.find({
      severity: 'note',
      code: 'SEEN_WHEN_BACK',
      summary: `Roles given since the newest snapshot can only be seen once ${object.name} is back.`,
    });
  if (state === 'softDeleted' && facts.deltaGap && options.withObject)
    draft.find({
      severity: 'note',
      code: 'DELTA_GAP',
      summary: `${facts.deltaGap}; what comes back with ${object.name} by itself is seen once it is back, and what is missing then is added.`,
    });
  if (state === 'gone' && spec.signsIn && subject.handoff)
    draft.find({
      severity: 'note',
      code: 'HANDOFF',
      summary:
        subject.handoff === 'pass'
          ? `${object.name} starts with a one-time Temporary Access Pass, handed to a person you name.`
          : `${object.name} starts with a one-time password (this tenant allows no Temporary Access Pass), handed to a person you name.`,
    });
  if (state === 'gone') noteUnasked({ draft, facts, catalog }, subject);
}

/** A recreated object comes back with nothing but what was asked for, so what it had is said. */
function noteUnasked(
  { draft, facts, catalog }: Pick<PlanContext, 'draft' | 'facts' | 'catalog'>,
  subject: SubjectFacts,
): void {
  const unasked = subject.links.flatMap(({ kind, end, restore, wanted }) => {
    const aspect = catalog
      .aspectsOf(subject.spec.name)
      .find((each) => each.kind === kind && each.end === end);
    return restore || wanted.length === 0 || !aspect
      ? []
      : [`${aspect.label.toLowerCase()} (${wanted.length})`];
  });
  if (unasked.length === 0) return;
  draft.find({
    severity: 'note',
    code: 'NOT_ASKED',
    summary: `Of snapshot ${facts.point.seq} these were not asked for and stay away: ${unasked.join(', ')}.`,
  });
}

/** A link to or from somebody who holds a role is no ordinary link (SPEC A1). */
const linksPrivileged = (operations: readonly Operation[], gives: Gives): boolean =>
  operations.some(
    (op) =>
      (op.do === 'link' || op.do === 'unlink') &&
      [op.sourceName, op.targetName].some(({ id }) => gives.rolesOf(id).length > 0),
  );

/** Everything a plan gives, once each, rights before accounts' conveniences: the card's first line. */
export const givesOfPlan = (plan: Pick<Plan, 'operations' | 'expected'>): readonly string[] => [
  ...new Set([...plan.operations, ...plan.expected].flatMap((line) => line.gives.map((give) => give.text))),
];

export const linesOf = (operation: Operation): number =>
  operation.do === 'update' ? operation.changes.length : operation.do === 'revokeSessions' ? 0 : 1;
