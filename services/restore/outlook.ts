import type { Catalog } from '../catalog/spec.js';
import type { NamedObject, Operation, RestoreOptions } from '../model/plan.js';
import type { Candidate, RestoreOutlook } from '../model/restore-service.js';
import type { LinkFacts, PlanFacts, SubjectFacts } from './facts.js';
import type { PlanContent } from './plan.js';

/** Everything that can be asked for: the trial plan of the options card is made with all of it. */
export const allAspects = (
  catalog: Catalog,
  options: RestoreOptions,
  subjects: readonly NamedObject[],
): RestoreOptions => ({
  ...options,
  aspects: [...new Set(subjects.flatMap(({ type }) => catalog.aspectsOf(type).map((aspect) => aspect.name)))],
});

/**
 * What the options card shows before a plan is asked for (STORY §3.2), from the facts and trial plans made of them: `chosen` with the
 * options as they stand, `whole` with every aspect.
 */
export function outlookOf(
  catalog: Catalog,
  facts: PlanFacts,
  options: RestoreOptions,
  trial: { readonly chosen: PlanContent; readonly whole: PlanContent },
  candidate: Candidate,
): RestoreOutlook {
  const { chosen, whole } = trial;
  const links = facts.subjects.flatMap((subject) => subject.links.map((each) => ({ subject, links: each })));
  const types = new Set(facts.subjects.map(({ spec }) => spec.name));
  const moved = links.filter(
    (each) => gained(facts, each.links) + lost(facts, catalog, each.subject, each.links) > 0,
  );
  const [label, ...others] = new Set(moved.map((each) => labelOf(catalog, each.links)));
  return {
    candidate,
    account: {
      how: how(chosen.operations),
      properties: chosen.operations.reduce(
        (sum, op) => sum + (op.do === 'update' ? op.changes.length : 0),
        0,
      ),
    },
    since: {
      deleted: facts.subjects.some(({ state }) => state !== 'live'),
      linksGained: sum(links.map((each) => gained(facts, each.links))),
      linksLost: sum(links.map((each) => lost(facts, catalog, each.subject, each.links))),
      ...(label !== undefined && others.length === 0 ? { linksLabel: label } : {}),
      propertiesChanged: whole.operations.reduce(
        (n, op) => n + (op.do === 'update' ? op.changes.length : 0),
        0,
      ),
    },
    comesBack: comesBack(catalog, facts, whole),
    comesBackLines: chosen.expected.filter(({ by, kind }) => by === 'undelete' && kind !== 'account'),
    aspects: [...types].flatMap((type) =>
      catalog.aspectsOf(type).map(({ name, label, kind, end }) => ({
        name,
        label,
        count: whole.operations.filter((op) => isOf(facts, op, kind, end)).length,
        selected: options.aspects.includes(name),
        readOnly: false,
      })),
    ),
  };
}

/** "Memberships": what such links of the object are called, from its end. */
function labelOf(catalog: Catalog, { kind, end }: LinkFacts): string {
  const spec = catalog.link(kind);
  return (end === 'source' ? spec.atSource : spec.atTarget)?.label ?? spec.label;
}

function how(operations: readonly Operation[]): RestoreOutlook['account']['how'] {
  const has = (what: Operation['do']): boolean => operations.some((op) => op.do === what);
  if (has('undelete')) return 'undelete';
  if (has('create')) return 'recreate';
  return has('update') ? 'overwrite' : 'nothing';
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);

const nowIds = ({ others }: PlanFacts, links: LinkFacts): Set<string> =>
  new Set(links.wanted.map((id) => others.get(id)?.id ?? id));

const gained = (facts: PlanFacts, links: LinkFacts): number => {
  const wanted = nowIds(facts, links);
  return [...links.present.keys()].filter((id) => !wanted.has(id)).length;
};

/** Missing now; what a rule gives by itself is not lost, and what was not read (the reports of somebody who lives) is not missing. */
function lost(facts: PlanFacts, catalog: Catalog, subject: SubjectFacts, links: LinkFacts): number {
  if (!links.sure || (subject.state !== 'softDeleted' && !links.restore)) return 0;
  const spec = catalog.link(links.kind);
  const own = subject.body ?? subject.wanted.body;
  return links.wanted.filter((id) => {
    const other = facts.others.get(id);
    if (links.present.has(other?.id ?? id)) return false;
    const source = links.end === 'source' ? own : other?.body;
    return !source || spec.obstacle(source, null)?.leavesWork !== false;
  }).length;
}

/** "3 memberships", "1 application": what the undelete brings by itself, by the words of the catalogue. */
function comesBack(catalog: Catalog, facts: PlanFacts, plan: PlanContent): RestoreOutlook['comesBack'] {
  const counts = new Map<string, number>();
  const add = (what: string): void => void counts.set(what, (counts.get(what) ?? 0) + 1);
  for (const line of plan.expected) {
    const spec = catalog.links.find(({ kind }) => kind === line.kind);
    if (!spec) continue;
    const source = line.key.split(':')[2];
    const atSource = facts.subjects.some(({ id, formerId }) => id === source || formerId === source);
    const words = atSource ? spec.atSource : spec.atTarget;
    add((words?.label ?? spec.label).toLowerCase());
  }
  const applications = new Set(
    plan.expected.flatMap(({ gives }) =>
      gives.flatMap(({ text }) => (/^access to ".+"/.exec(text) ?? []).slice(0, 1)),
    ),
  );
  if (applications.size > 0)
    counts.set(applications.size === 1 ? 'application' : 'applications', applications.size);
  return [...counts].map(([what, count]) => ({ what, count }));
}

/** Whether a link operation belongs to the aspect of this kind and end. */
function isOf(facts: PlanFacts, op: Operation, kind: string, end: 'source' | 'target'): boolean {
  if (op.do !== 'link' || op.kind !== kind) return false;
  const name = end === 'source' ? op.sourceName : op.targetName;
  return facts.subjects.some(({ object }) => object.id === name.id);
}
