import type { Properties } from '../model/directory.js';
import type { JsonValue } from '../model/json.js';
import type { Give, ObjectRef, PropertyChange, Skip } from '../model/plan.js';
import { isEmpty, sameValue } from './compare.js';
import type { SubjectFacts } from './facts.js';
import { objectKey, propertyKey } from './names.js';
import type { PlanContext } from './plan-context.js';

/** The property that lets an account sign in; only types that sign in have it (SPEC R5). */
export const SIGN_IN = 'accountEnabled';
const LIVE_ACCOUNT: Give = { text: 'a live account', granting: false };

/** How the rest of a subject's lines may go on: with which reference, or not at all. */
export interface ObjectLines {
  /** null = the object is not there and will not be: its links cannot be made. */
  readonly ref: ObjectRef | null;
}

/** Lines for the object itself: undelete, recreate, block, properties (SPEC R3, R5, R7, R12, R14). */
export function planObject(context: PlanContext, subject: SubjectFacts): ObjectLines {
  const { options, draft, leftOut } = context;
  const { spec, wanted, state, object } = subject;
  const key = objectKey(subject.formerId);
  const missing = state !== 'live';
  if (missing && (!options.withObject || leftOut(key))) {
    draft.find({
      severity: 'error',
      code: 'OBJECT_NOT_LIVE',
      summary: `${object.name} is deleted; its relationships can come back only with the ${spec.label}.`,
    });
    return { ref: null };
  }
  if (!options.withObject) return { ref: { id: subject.id } };
  const obstacle = spec.obstacle(subject.body ?? wanted.body, state);
  if (obstacle) {
    const differs = missing || changesOf(context, subject).length > 0;
    if (differs) draft.skip({ key, object, kind: 'object', ...obstacle });
    return { ref: missing ? null : { id: subject.id } };
  }
  const ref = bringBack(context, subject);
  if (ref && state !== 'gone') {
    block(context, subject, ref);
    planProperties(context, subject, ref);
  }
  return { ref };
}

function bringBack(context: PlanContext, subject: SubjectFacts): ObjectRef | null {
  const { options, draft } = context;
  const { spec, object, state } = subject;
  const key = objectKey(subject.formerId);
  if (subject.keyTaken) {
    draft.find(keyFinding(subject));
    if (state !== 'live' && !spec.signsIn) return null;
  }
  if (state === 'live') return { id: subject.id };
  const renamed = options.newUserPrincipalName;
  const gives = givesBack(context, subject);
  if (state === 'softDeleted') {
    const why = 'deleted since then; it is in the recycle bin';
    draft.add('objects', {
      do: 'undelete',
      key,
      object,
      why,
      gives,
      ...(renamed ? { newUserPrincipalName: renamed } : {}),
    });
    return { id: subject.id };
  }
  const properties = createProperties(context, subject);
  draft.add('objects', {
    do: 'create',
    key,
    object,
    properties,
    withPassword: spec.signsIn,
    why: 'deleted for good since then; it comes back with a new ID',
    gives,
  });
  for (const skip of unwritableOnCreate(subject, properties)) draft.skip(skip);
  draft.find({
    severity: 'note',
    code: 'NEW_ID',
    summary: `${object.name} gets a new ID; the old one cannot come back. What pointed at it is pointed at the new one.`,
  });
  return { createdBy: key, formerly: subject.formerId };
}

/** What the object itself gives when it is there again: an account that can sign in, or what a group gives to its members. */
function givesBack(context: PlanContext, subject: SubjectFacts): Give[] {
  const { spec, wanted, object } = subject;
  if (!spec.signsIn)
    return context.gives.ofGroup({ ...object, id: subject.id }, ` to the members of ${object.name}`);
  const roles = context.gives
    .rolesOf(subject.id)
    .map((role) => ({ text: `the role "${role}"`, granting: true }));
  const enabled = !context.options.blockSignIn && wanted.body[SIGN_IN] !== false;
  return enabled ? [LIVE_ACCOUNT, ...roles] : roles;
}

function keyFinding({ keyTaken, spec }: SubjectFacts): Parameters<PlanContext['draft']['find']>[0] {
  const { property, value, by } = keyTaken!;
  const label = spec.properties[property]?.label ?? property;
  if (!spec.signsIn)
    return {
      severity: 'error',
      code: 'OBJECT_EXISTS',
      summary: `${by.name} already exists with the ${label.toLowerCase()} ${value}; a second one is never made.`,
      detail: `Restore onto that ${spec.label} instead, or rename it first.`,
    };
  return {
    severity: 'error',
    code: 'UPN_TAKEN',
    summary: `The ${label.toLowerCase()} ${value} is now used by ${by.name}.`,
    detail: 'Give another one and make the preview again.',
  };
}

/** Undelete cannot block in the same call: block at once after it, then end what sessions there are (SPEC R5). */
function block(context: PlanContext, subject: SubjectFacts, ref: ObjectRef): void {
  const { options, draft } = context;
  const { spec, object, formerId, body } = subject;
  if (!options.blockSignIn || !spec.signsIn) return;
  const after = [objectKey(formerId)];
  const before = body?.[SIGN_IN];
  if (before !== false)
    draft.add('block', {
      do: 'update',
      key: propertyKey(formerId, SIGN_IN),
      object,
      ref,
      changes: [change(subject, SIGN_IN, before, false)],
      why: 'sign-in is to stay blocked',
      gives: [],
      after,
    });
  draft.add('block', {
    do: 'revokeSessions',
    key: `sessions:${formerId}`,
    object,
    ref,
    why: 'what was signed in before the block ends too',
    gives: [],
    after,
  });
  if (subject.state === 'softDeleted')
    draft.find({
      severity: 'warning',
      code: 'BLOCK_GAP',
      summary: `Between the undelete and the block ${object.name} can sign in for some seconds.`,
    });
}

function planProperties(context: PlanContext, subject: SubjectFacts, ref: ObjectRef): void {
  const { object, formerId } = subject;
  const changes = changesOf(context, subject).filter(({ key, property, label }) => {
    if (wantedLine(context, key, property)) return true;
    context.draft.leaveOut({ key, kind: 'property', object, label });
    return false;
  });
  if (changes.length === 0) return;
  context.draft.add('properties', {
    do: 'update',
    key: `property:${formerId}`,
    object,
    ref,
    changes,
    why: `differs from snapshot ${context.facts.point.seq}`,
    gives: givesOfChanges(context, subject, changes),
    after: [objectKey(formerId)],
  });
}

const wantedLine = ({ leftOut }: PlanContext, key: string, property: string): boolean =>
  !leftOut(key) && !leftOut(`property:${property}`);

function givesOfChanges(
  context: PlanContext,
  subject: SubjectFacts,
  changes: readonly PropertyChange[],
): Give[] {
  const { spec, object } = subject;
  return changes.flatMap(({ property, before, after }) => {
    const text = spec.properties[property]?.gives?.(before, after);
    const byRule = spec.signsIn ? context.gives.ofProperty(property, context.facts.rules) : [];
    if (!text) return byRule;
    const more = spec.signsIn
      ? []
      : context.gives.ofGroup(object, ` to whom the rule of ${object.name} matches`);
    return [{ text, granting: false }, ...more, ...byRule];
  });
}

const change = (
  { spec, formerId }: SubjectFacts,
  property: string,
  before: JsonValue | undefined,
  after: JsonValue,
): PropertyChange => ({
  key: propertyKey(formerId, property),
  property,
  label: spec.properties[property]?.label ?? property,
  before,
  after,
});

/** The property lines, with the skips of those that differ and cannot be written (added to the draft). */
function changesOf(context: PlanContext, subject: SubjectFacts): PropertyChange[] {
  const { options, draft } = context;
  const changes: PropertyChange[] = [];
  for (const [property, rule] of Object.entries(subject.spec.properties)) {
    const wanted = wantedValue(context, subject, property);
    if (rule.volatile || wanted === undefined) continue;
    if (options.onlyProperties && !options.onlyProperties.includes(property)) continue;
    if (options.blockSignIn && subject.spec.signsIn && property === SIGN_IN) continue;
    const now = subject.body?.[property];
    if (now !== undefined && sameValue(rule, wanted, now)) continue;
    const verdict = writable(subject, property, wanted, now);
    if (verdict === 'write') changes.push(change(subject, property, now, wanted));
    else if (verdict) draft.skip(verdict);
  }
  return changes;
}

/** The asker's new UPN stands in for the one that is taken (SPEC R14). */
function wantedValue(
  { options }: PlanContext,
  { spec, wanted }: SubjectFacts,
  property: string,
): JsonValue | undefined {
  const renamed = options.newUserPrincipalName;
  return renamed && spec.signsIn && property === spec.naturalKeys[0] ? renamed : wanted.body[property];
}

function writable(
  subject: SubjectFacts,
  property: string,
  wanted: JsonValue,
  now: JsonValue | undefined,
): 'write' | Skip | null {
  const rule = subject.spec.properties[property]!;
  const skip = (reason: string, leavesWork: boolean): Skip => ({
    key: propertyKey(subject.formerId, property),
    object: subject.object,
    kind: 'property',
    reason: `${rule.label}: ${reason}`,
    leavesWork,
  });
  if (rule.write === 'never' || rule.write === 'create') {
    // In the recycle bin derived values read otherwise than they will once the object is back.
    if (!rule.because || subject.state === 'softDeleted') return null;
    return skip(rule.because, !rule.follows);
  }
  if (now === undefined) return skip('its present value cannot be read, so it is left alone', true);
  if (isEmpty(wanted) && rule.empty === 'cannotClear') return skip('Graph cannot clear it', true);
  return 'write';
}

/** Body of the create: what the version holds and Graph accepts, with the asker's changes. */
function createProperties(context: PlanContext, subject: SubjectFacts): Properties {
  const { options } = context;
  const { spec, wanted } = subject;
  const body = { ...spec.createBody(wanted.body) } as Record<string, JsonValue>;
  if (options.newUserPrincipalName && spec.signsIn && spec.naturalKeys[0])
    body[spec.naturalKeys[0]] = options.newUserPrincipalName;
  if (options.blockSignIn && spec.signsIn) body[SIGN_IN] = false;
  return body;
}

/** Values of the version that the create cannot carry and that Entra does not derive by itself. */
function unwritableOnCreate(subject: SubjectFacts, properties: Properties): Skip[] {
  return Object.entries(subject.spec.properties).flatMap(([property, rule]) => {
    const value = subject.wanted.body[property];
    if (value === undefined || isEmpty(value) || rule.volatile || !rule.because) return [];
    if (rule.follows || property in properties) return [];
    return [
      {
        key: propertyKey(subject.formerId, property),
        object: subject.object,
        kind: 'property' as const,
        reason: `${rule.label}: ${rule.because}`,
        leavesWork: value !== false,
      },
    ];
  });
}
