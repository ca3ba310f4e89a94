import type { ApprovalPolicy } from '../approvals/policy.js';
import type { Catalog } from '../catalog/spec.js';
import type { DirectoryReader, Properties } from '../model/directory.js';
import type { HistoryReader } from '../model/history.js';
import type { ObjectId, TenantId } from '../model/ids.js';
import type { JsonObject, JsonValue } from '../model/json.js';
import type { Give, NamedObject, ObjectRef, Operation, Plan, PropertyChange } from '../model/plan.js';
import type { JournalEntry } from '../model/restore.js';
import { comingBack, sourceOf, type ComingBack } from './coming-back.js';
import { sameValue } from './compare.js';
import { LiveView } from './live-view.js';
import { linkKey, objectKey, propertyKey } from './names.js';
import { finishPlan, type PlanContent } from './plan.js';
import { PlanDraft } from './plan-draft.js';
import { Gives } from './plan-gives.js';
import { SIGN_IN } from './plan-object.js';

interface UndoDeps {
  readonly reader: DirectoryReader;
  readonly history: HistoryReader;
  readonly catalog: Catalog;
  readonly policy: ApprovalPolicy;
}

interface UndoQuestion {
  readonly tenant: TenantId;
  readonly plan: Plan;
  readonly journal: readonly JournalEntry[];
  readonly number: number;
}

interface UndoContext {
  readonly view: LiveView;
  readonly reader: DirectoryReader;
  readonly catalog: Catalog;
  readonly gives: Gives;
  readonly draft: PlanDraft;
  readonly journal: ReadonlyMap<string, JournalEntry>;
  /** Ids of objects that this undo puts into the recycle bin, and of those that it brings back. */
  readonly comesBack: ReadonlySet<ObjectId>;
  /** What those bring along by themselves. */
  readonly along: readonly ComingBack[];
  readonly why: string;
}

type Of<K extends Operation['do']> = Extract<Operation, { do: K }>;
type LinkOperation = Of<'link' | 'unlink'>;

/**
 * Plans the way back to the before-state that a run recorded (SPEC R18): only what the run itself did (`done`, never `already`), newest
 * first, against live, so that what somebody changed back meanwhile is not touched again. Removals come before deletions.
 */
export async function planUndo(
  deps: UndoDeps,
  { tenant, plan, journal, number }: UndoQuestion,
): Promise<PlanContent> {
  const entries = new Map(journal.map((entry) => [entry.operationId, entry]));
  const done = plan.operations.filter(({ id }) => entries.get(id)?.outcome?.outcome === 'done').reverse();
  const view = new LiveView(deps.reader);
  const deleted = await inBin(deps.reader, view, done);
  const along = await comingBack(deps, tenant, deleted);
  const gives = new Gives(await readRisk(deps, plan, entries, along), deps.catalog);
  const draft = new PlanDraft();
  const context: UndoContext = {
    view,
    reader: deps.reader,
    catalog: deps.catalog,
    gives,
    draft,
    journal: entries,
    comesBack: new Set(done.flatMap((op) => (op.do === 'delete' ? [op.object.id] : []))),
    along,
    why: `undo of request ${number}`,
  };
  for (const operation of done) await undoOne(context, operation);
  for (const { object } of plan.subjects) {
    const now = nowOf(context, plan, object);
    const live = await context.view.object(object.type, now.id);
    draft.subjects.push({
      object: now,
      before: live ? 'live' : context.comesBack.has(now.id) ? 'softDeleted' : 'gone',
    });
  }
  return finishPlan(draft, {
    point: null,
    gives,
    policy: deps.policy,
    exactRemovals: false,
    privileged: plan.subjects.some(({ object }) => gives.rolesOf(nowOf(context, plan, object).id).length > 0),
  });
}

/** What the run deleted and is still in the recycle bin. */
async function inBin(
  reader: DirectoryReader,
  view: LiveView,
  done: readonly Operation[],
): Promise<readonly NamedObject[]> {
  const deleted: NamedObject[] = [];
  for (const operation of done) {
    if (operation.do !== 'delete') continue;
    const { object } = operation;
    if (!(await view.object(object.type, object.id)) && (await reader.getDeleted(object.type, object.id)))
      deleted.push(object);
  }
  return deleted;
}

/** A subject under the id that it has since the run. */
function nowOf({ journal }: Pick<UndoContext, 'journal'>, plan: Plan, object: NamedObject): NamedObject {
  const create = plan.operations.find((op) => op.do === 'create' && op.object.id === object.id);
  return { ...object, id: (create && journal.get(create.id)?.newId) ?? object.id };
}

async function readRisk(
  { reader, catalog }: { readonly reader: DirectoryReader; readonly catalog: Catalog },
  plan: Plan,
  journal: ReadonlyMap<string, JournalEntry>,
  along: readonly ComingBack[],
): ReturnType<DirectoryReader['readRisk']> {
  const objects = [
    ...plan.operations.flatMap((op) =>
      'object' in op ? [nowOf({ journal }, plan, op.object)] : [op.sourceName, op.targetName],
    ),
    ...along.map(({ other }) => other.object),
  ];
  const idsOf = (signsIn: boolean): ObjectId[] => [
    ...new Set(objects.filter(({ type }) => catalog.find(type)?.signsIn === signsIn).map(({ id }) => id)),
  ];
  return reader.readRisk({ users: idsOf(true), groups: idsOf(false) });
}

async function undoOne(context: UndoContext, operation: Operation): Promise<void> {
  switch (operation.do) {
    case 'undelete':
      return deleteAgain(context, operation.object);
    case 'create': {
      const id = context.journal.get(operation.id)?.newId;
      return id ? deleteAgain(context, { ...operation.object, id }) : undefined;
    }
    case 'update':
      return undoUpdate(context, operation);
    case 'link':
    case 'unlink':
      return undoLink(context, operation);
    case 'delete':
      return undeleteAgain(context, operation);
    case 'revokeSessions':
    case 'issueCredential':
      context.draft.skip({
        key: operation.key,
        object: operation.object,
        kind: 'object',
        reason:
          operation.do === 'revokeSessions'
            ? 'ended sessions stay ended'
            : 'a credential that was handed over stays valid',
        leavesWork: false,
      });
  }
}

async function deleteAgain({ view, draft, why }: UndoContext, object: NamedObject): Promise<void> {
  if (!(await view.object(object.type, object.id))) return;
  draft.add('deletions', { do: 'delete', key: objectKey(object.id), object, why, gives: [] });
  draft.find({
    severity: 'warning',
    code: 'DELETES_AGAIN',
    summary: `${object.name} goes to the recycle bin; nobody can sign in with it or use it from then on.`,
  });
}

async function undeleteAgain(context: UndoContext, { object }: Of<'delete'>): Promise<void> {
  const { view, reader, draft, why } = context;
  if (await view.object(object.type, object.id)) return;
  const key = objectKey(object.id);
  if (!(await reader.getDeleted(object.type, object.id))) {
    draft.skip({
      key,
      object,
      kind: 'object',
      reason: `no longer in the recycle bin; say: restore ${object.type} "${object.name}"`,
      leavesWork: true,
    });
    return;
  }
  const along = context.along.filter((link) => link.object.id === object.id);
  const unsure = along.filter(({ sure }) => !sure).flatMap((link) => givesOf(context, link));
  draft.add('objects', {
    do: 'undelete',
    key,
    object,
    why,
    gives: [...givesBack(context, object), ...unsure],
  });
  for (const link of along) if (link.sure) expectBack(context, link);
}

/** As for any undelete: a live account with its roles, or what a group gives to its members (SPEC A9). */
function givesBack({ catalog, gives }: UndoContext, object: NamedObject): Give[] {
  if (!catalog.type(object.type).signsIn) return gives.ofGroup(object, ` to the members of ${object.name}`);
  const roles = gives.rolesOf(object.id).map((role) => ({ text: `the role "${role}"`, granting: true }));
  return [{ text: 'a live account', granting: false }, ...roles];
}

const givesOf = ({ gives }: UndoContext, link: ComingBack): Give[] => {
  const { name, body } = sourceOf(link);
  return gives.ofLink(link.spec, name, body);
};

/** What Entra brings back by itself is listed and counts in what the undo gives (SPEC R6); a rule decides anew. */
function expectBack(context: UndoContext, link: ComingBack): void {
  const { spec, key, other, at } = link;
  if (at === 'target' && other.body && spec.obstacle(other.body, null)?.leavesWork === false) return;
  context.draft.expect({
    key,
    kind: spec.kind,
    object: other.object,
    by: 'undelete',
    gives: givesOf(context, link),
  });
}

async function undoUpdate(context: UndoContext, operation: Of<'update'>): Promise<void> {
  const { draft, view, catalog, journal, why } = context;
  const id = idOf(context, operation.ref);
  const spec = catalog.type(operation.object.type);
  const live = id && (await view.object(operation.object.type, id));
  const before = (journal.get(operation.id)?.before ?? {}) as JsonObject;
  if (!id || (!live && !context.comesBack.has(id))) return;
  const changes = operation.changes.flatMap(({ property, label, after }): PropertyChange[] => {
    const wanted = before[property];
    const now: JsonValue | undefined = live ? live.properties[property] : after;
    if (wanted === undefined || (now !== undefined && sameValue(spec.properties[property]!, wanted, now)))
      return [];
    return [{ key: propertyKey(id, property), property, label, before: now, after: wanted }];
  });
  if (changes.length === 0) return;
  const gives = changes.flatMap(({ property, before: from, after }) => {
    const text = spec.properties[property]?.gives?.(from, after);
    return text ? [{ text, granting: false }] : [];
  });
  draft.add(
    changes.some(({ property, after }) => property === SIGN_IN && after === false) ? 'block' : 'properties',
    {
      do: 'update',
      key: operation.key,
      object: { ...operation.object, id },
      ref: { id },
      changes,
      why,
      gives,
      after: [objectKey(id)],
    },
  );
}

async function undoLink(context: UndoContext, operation: LinkOperation): Promise<void> {
  const { journal, catalog } = context;
  const source = idOf(context, operation.source);
  const target = idOf(context, operation.target);
  if (!source || !target) return;
  const spec = catalog.link(operation.kind);
  if (operation.do === 'unlink') return linkBack(context, operation, source, target, operation.targetName);
  const head = journal.get(operation.id)?.before;
  // A single-valued link that took another's place: the former one takes its place again.
  if (spec.single && typeof head === 'string' && operation.replaces)
    return linkBack(context, operation, source, head as ObjectId, operation.replaces);
  if (!(await isLinked(context, operation, source, target))) return;
  context.draft.add('removals', {
    do: 'unlink',
    key: linkKey(operation.kind, source, target),
    kind: operation.kind,
    source: { id: source },
    target: { id: target },
    sourceName: { ...operation.sourceName, id: source },
    targetName: { ...operation.targetName, id: target },
    ifMissing: false,
    why: context.why,
    gives: [],
  });
  const body = await bodyOf(context, operation.sourceName.type, source);
  const touched = context.gives.ofLink(spec, { ...operation.sourceName, id: source }, body);
  if (touched.some(({ granting }) => granting)) context.draft.touchesPrivileged = true;
}

async function linkBack(
  context: UndoContext,
  operation: LinkOperation,
  source: ObjectId,
  target: ObjectId,
  targetName: NamedObject,
): Promise<void> {
  const { catalog, draft, gives, comesBack } = context;
  const pending = comesBack.has(source) || comesBack.has(target);
  if (!pending && (await isLinked(context, operation, source, target))) return;
  const spec = catalog.link(operation.kind);
  const body = await bodyOf(context, operation.sourceName.type, source);
  const obstacle = body && spec.obstacle(body, null);
  const key = linkKey(operation.kind, source, target);
  if (context.along.some((link) => link.sure && link.key === key)) return;
  if (obstacle) {
    draft.skip({ key, object: operation.sourceName, kind: operation.kind, ...obstacle });
    return;
  }
  const sourceName = { ...operation.sourceName, id: source };
  draft.add('links', {
    do: 'link',
    key,
    kind: operation.kind,
    source: { id: source },
    target: { id: target },
    sourceName,
    targetName: { ...targetName, id: target },
    ifMissing: pending,
    why: context.why,
    gives: gives.ofLink(spec, sourceName, body),
    after: [objectKey(source), objectKey(target)],
  });
}

const isLinked = (
  { view }: UndoContext,
  { kind }: LinkOperation,
  source: ObjectId,
  target: ObjectId,
): Promise<boolean> => view.hasLink(kind, source, target, 'target');

const bodyOf = async ({ view }: UndoContext, type: string, id: ObjectId): Promise<Properties | null> =>
  (await view.object(type, id))?.properties ?? null;

const idOf = ({ journal }: UndoContext, ref: ObjectRef): ObjectId | null =>
  'id' in ref ? ref.id : (journal.get(ref.createdBy)?.newId ?? null);
