import type { ObjectId } from '../model/ids.js';
import type { ExpectedLine, NamedObject, Operation } from '../model/plan.js';
import type { RestoreResult } from '../model/restore.js';
import { readingEnd, type ApplyContext } from './apply-context.js';
import { sameValue } from './compare.js';
import { LiveView } from './live-view.js';
import type { idOfRef } from './targets.js';

/** One line of the plan that must hold afterwards; `text` says what still differs when it does not. */
interface Goal {
  readonly object: NamedObject;
  readonly text: string;
  readonly operationId?: string;
  /** Entra answered that it will not be: waiting is no use. */
  readonly settledAgainst: boolean;
  readonly holds: (view: LiveView) => Promise<boolean>;
}

export type Proof = Pick<RestoreResult, 'checkedAt' | 'linesHeld' | 'linesTotal' | 'differences'>;

/** Reads lag behind writes (FACTS §12): so long it may take until a line holds. */
const WAITS_MS = [0, 1_000, 2_000, 4_000, 8_000, 16_000] as const;

/**
 * Reads back what the plan wanted, whatever the answers said: the result is this read-back (SPEC R16, ANCHORS A2 "a status code taken
 * for the result"). Looks again, bounded, while lines are missing that were not refused.
 */
export async function prove(context: ApplyContext): Promise<Proof> {
  const goals = [...context.plan.operations.flatMap((op) => goalsOf(context, op)), ...expectedGoals(context)];
  let open: readonly Goal[] = goals;
  for (const wait of WAITS_MS) {
    if (wait > 0) await context.clock.sleep(wait, context.signal);
    const view = new LiveView(context.directory.reader);
    await preload(context, view);
    const missing: Goal[] = [];
    for (const goal of open) if (!(await goal.holds(view))) missing.push(goal);
    open = missing;
    if (open.every(({ settledAgainst }) => settledAgainst)) break;
  }
  return {
    checkedAt: context.clock.now().toISOString(),
    linesTotal: goals.length,
    linesHeld: goals.length - open.length,
    differences: open.map(({ object, text, operationId }) => ({
      object,
      text,
      ...(operationId ? { operationId } : {}),
    })),
  };
}

/** All touched objects in batches, before the lines ask for them one by one. */
async function preload({ plan, journal }: ApplyContext, view: LiveView): Promise<void> {
  const byType = new Map<string, ObjectId[]>();
  for (const op of plan.operations) {
    if (!('object' in op)) continue;
    const id = op.do === 'create' ? journal.entry(op.id).newId : op.object.id;
    if (id) byType.set(op.object.type, [...(byType.get(op.object.type) ?? []), id]);
  }
  for (const [type, ids] of byType) await view.preload(type, ids);
}

function goalsOf(context: ApplyContext, operation: Operation): Goal[] {
  const { journal, plan, catalog } = context;
  const outcome = journal.outcome(operation.id);
  const settledAgainst = outcome?.outcome === 'failed' || outcome?.outcome === 'skipped';
  const because = outcome && 'reason' in outcome ? `: ${outcome.reason}` : '';
  const goal = (object: NamedObject, text: string, holds: Goal['holds']): Goal => ({
    object,
    text: `${text}${because}`,
    operationId: operation.id,
    settledAgainst,
    holds,
  });
  switch (operation.do) {
    case 'undelete':
    case 'create': {
      const { object } = operation;
      const id = (): ObjectId | undefined =>
        operation.do === 'undelete' ? object.id : journal.entry(operation.id).newId;
      return [
        goal(object, 'is not back', async (view) => {
          const live = id();
          return live !== undefined && (await view.object(object.type, live)) !== null;
        }),
      ];
    }
    case 'update': {
      const rules = catalog.type(operation.object.type).properties;
      return operation.changes.map(({ property, label, after }) =>
        goal(operation.object, `${label} is not as wanted`, async (view) => {
          const id = reachable(context, operation.ref);
          const { type } = operation.object;
          if (!id) return false;
          // An undo sets values and then deletes: they are read in the recycle bin.
          const read = deletes(context, id) ? await view.deleted(type, id) : await view.object(type, id);
          const now = read?.properties[property];
          return now !== undefined && sameValue(rules[property]!, after, now);
        }),
      );
    }
    case 'link':
    case 'unlink': {
      const { kind, sourceName, targetName } = operation;
      const wanted = operation.do === 'link';
      const { label } = catalog.link(kind);
      const end = readingEnd(plan, operation);
      const is = wanted ? 'is not' : 'is still';
      const text =
        end === 'target'
          ? `${targetName.name} ${is} ${article(label)} ${label}`
          : `${is} ${label} of ${sourceName.name}`;
      return [
        goal(end === 'target' ? sourceName : targetName, text, async (view) => {
          const source = reachable(context, operation.source);
          const target = reachable(context, operation.target);
          if (!source || !target) return false;
          return (await view.hasLink(kind, source, target, end)) === wanted;
        }),
      ];
    }
    case 'delete':
      return [
        goal(operation.object, 'is still there', async (view) => {
          return (await view.object(operation.object.type, operation.object.id)) === null;
        }),
      ];
    // Ended sessions and offered hand-offs cannot be read back from the directory; a failure still counts.
    case 'revokeSessions':
      return settledAgainst
        ? [goal(operation.object, 'its sessions were not ended', () => Promise.resolve(false))]
        : [];
    case 'issueCredential':
      return [goal(operation.object, 'no hand-off was offered', () => Promise.resolve(!settledAgainst))];
  }
}

const deletes = ({ plan }: ApplyContext, id: ObjectId): boolean =>
  plan.operations.some((op) => op.do === 'delete' && op.object.id === id);

const article = (word: string): string => (/^[aeiou]/i.test(word) ? 'an' : 'a');

/** null while the create that it waits for did not happen. */
function reachable({ journal }: ApplyContext, ref: Parameters<typeof idOfRef>[1]): ObjectId | null {
  return 'id' in ref ? ref.id : (journal.entry(ref.createdBy).newId ?? null);
}

/** What Entra was expected to bring back with an undelete. */
function expectedGoals(context: ApplyContext): Goal[] {
  return context.plan.expected.flatMap((line) => {
    const link = linkOf(context, line);
    if (!link) return [];
    const { label } = context.catalog.link(link.kind);
    return [
      {
        object: line.object,
        text: `the ${label} link did not come back by itself`,
        settledAgainst: undeleteFailed(context, link.subject),
        holds: (view: LiveView) => view.hasLink(link.kind, link.source, link.target, link.end),
      },
    ];
  });
}

interface ExpectedLink {
  readonly kind: string;
  readonly source: ObjectId;
  readonly target: ObjectId;
  readonly end: 'source' | 'target';
  readonly subject: ObjectId;
}

function linkOf({ plan }: ApplyContext, line: ExpectedLine): ExpectedLink | null {
  const [word, kind, source, target] = line.key.split(':');
  if (line.by !== 'undelete' || word !== 'link' || !kind) return null;
  const subjects = plan.subjects.map(({ object }) => object.id as string);
  // The other end's newest id is on the line; the key names ids of the restore point.
  if (target && subjects.includes(target))
    return {
      kind,
      source: line.object.id,
      target: target as ObjectId,
      end: 'target',
      subject: target as ObjectId,
    };
  if (source && subjects.includes(source))
    return {
      kind,
      source: source as ObjectId,
      target: line.object.id,
      end: 'source',
      subject: source as ObjectId,
    };
  return null;
}

function undeleteFailed({ plan, journal }: ApplyContext, subject: ObjectId): boolean {
  const operation = plan.operations.find((op) => op.do === 'undelete' && op.object.id === subject);
  const outcome = operation && journal.outcome(operation.id)?.outcome;
  return outcome === 'failed' || outcome === 'skipped';
}
