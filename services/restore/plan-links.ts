import type { LinkSpec, Obstacle } from '../catalog/spec.js';
import type { ObjectId } from '../model/ids.js';
import type { ExpectedLine, Give, NamedObject, ObjectRef, Skip } from '../model/plan.js';
import type { LinkFacts, LinkNow, OtherEnd, SubjectFacts } from './facts.js';
import { linkKey, objectKey, shortTime } from './names.js';
import type { PlanContext } from './plan-context.js';

/** One link in question, seen from its subject. `other` is the id that the link named at the restore point (or names now). */
interface Line {
  readonly key: string;
  readonly spec: LinkSpec;
  readonly links: LinkFacts;
  readonly subject: SubjectFacts;
  readonly other: ObjectId;
  readonly end: OtherEnd;
}

/** Lines for the subject's relationships (SPEC R6, R8, R9, R10). `ref` = where the subject can be linked. */
export function planLinks(context: PlanContext, subject: SubjectFacts, ref: ObjectRef): void {
  for (const links of subject.links) {
    const spec = context.catalog.link(links.kind);
    const line = (other: ObjectId): Line => {
      const end = endOf(context, other);
      const [source, target] = links.end === 'source' ? [subject.formerId, other] : [other, subject.formerId];
      return { key: linkKey(links.kind, source, target), spec, links, subject, other, end };
    };
    const wantedNow = new Set(links.wanted.map((other) => endOf(context, other).id));
    for (const other of links.wanted) planWanted(context, line(other), ref);
    for (const [other, now] of links.present)
      if (!wantedNow.has(other)) planExtra(context, line(other), now, ref);
  }
}

function planWanted(context: PlanContext, line: Line, ref: ObjectRef): void {
  const { links, subject, end, spec } = line;
  const obstacle = obstacleOf(line);
  const present = links.present.has(end.id);
  if (subject.state === 'softDeleted') {
    // By rule, whatever was latent: the rule decides anew once the object is back.
    if (obstacle && !obstacle.leavesWork && (links.restore || present))
      return skipLine(context, line, obstacle);
    if (present && links.sure && end.state === 'live') return expectBack(context, line, undefined);
  } else if (present) {
    if (!isToGo(context, line)) return;
    return context.leftOut(line.key) ? leave(context, line) : removeLink(context, line, ref, LEFT_OUT);
  }
  // What was to go and went by other hands is not brought back by the plan that was to take it away.
  if (!links.restore || isToGo(context, line)) return;
  const why = unreachable(context, line) ?? obstacle;
  if (why) return skipLine(context, line, why);
  if (context.leftOut(line.key)) return leave(context, line);
  if (spec.single && links.end === 'target' && end.holds) {
    const reason = `${end.object.name} has the ${spec.label} ${end.holds.name} by now`;
    return skipLine(context, line, { reason, leavesWork: false });
  }
  addLink(context, line, ref);
}

/** Present now (or latent) but not at the restore point. */
function planExtra(context: PlanContext, line: Line, now: LinkNow, ref: ObjectRef): void {
  const { options, facts, draft } = context;
  const { links, subject, spec, end } = line;
  if (subject.state === 'softDeleted') {
    if (links.sure && end.state === 'live') expectBack(context, line, now);
    return;
  }
  const asked = isToGo(context, line);
  const exact = options.mode === 'exact' && links.restore;
  if (isReplaced(line)) return;
  if (!exact && !asked) return;
  if (context.leftOut(line.key)) return leave(context, line);
  if (!asked && !facts.kindsWhole.has(links.kind)) {
    draft.find({
      severity: 'warning',
      code: 'LINKS_NOT_WHOLE',
      summary: `Snapshot ${facts.point.seq} does not hold all ${spec.label}s, so none of them is taken away.`,
    });
    return;
  }
  removeLink(context, line, ref, asked ? LEFT_OUT : `not there in snapshot ${facts.point.seq}`);
}

const leave = ({ draft }: PlanContext, { key, links, end }: Line): void =>
  draft.leaveOut({ key, kind: links.kind, object: end.object });

const isToGo = ({ options }: PlanContext, { key }: Line): boolean => options.remove?.includes(key) === true;

/** A single-valued link that the version replaces goes with the new one; only its absence is a removal. */
const isReplaced = ({ spec, links }: Line): boolean =>
  spec.single && links.end === 'source' && links.wanted.length > 0;

const LEFT_OUT = 'left out, but came back with the account';

function removeLink(context: PlanContext, line: Line, ref: ObjectRef, why: string): void {
  const { draft } = context;
  const obstacle = obstacleOf(line);
  if (obstacle) return skipLine(context, line, obstacle);
  const names = namesOf(line);
  if (givesOf(context, line, names.sourceName).some((give) => give.granting)) draft.touchesPrivileged = true;
  draft.add('removals', {
    do: 'unlink',
    key: line.key,
    kind: line.links.kind,
    ...refsOf(context, line, ref),
    ...names,
    ifMissing: false,
    why,
    gives: [],
  });
}

function addLink(context: PlanContext, line: Line, ref: ObjectRef): void {
  const { draft } = context;
  const { links, subject, spec, end } = line;
  const names = namesOf(line);
  const replaced =
    spec.single && links.end === 'source' ? [...links.present.keys()].find((id) => id !== end.id) : undefined;
  draft.add('links', {
    do: 'link',
    key: line.key,
    kind: links.kind,
    ...refsOf(context, line, ref),
    ...names,
    ifMissing: subject.state === 'softDeleted' && !links.sure,
    ...(replaced === undefined ? {} : { replaces: endOf(context, replaced).object }),
    why: whyLink(context, line),
    gives: givesOf(context, line, names.sourceName),
    after: [objectKey(subject.formerId), objectKey(line.other)],
  });
  if (end.state === 'unread')
    draft.find({
      severity: 'note',
      code: 'END_NOT_READ',
      summary: `${end.object.name} is of a kind that is not in the catalogue yet; Entra decides when it is linked.`,
    });
}

function whyLink({ facts }: PlanContext, { subject, links, spec }: Line): string {
  if (subject.state === 'gone' && links.end === 'target') return 'pointed at the old ID';
  return `${spec.label} in snapshot ${facts.point.seq}`;
}

/** What Entra itself brings back: listed, counted in what the plan gives, never written (SPEC R6); not even where it is not to stay. */
function expectBack(context: PlanContext, line: Line, extra: LinkNow | undefined): void {
  const { facts, draft } = context;
  const { sourceName } = namesOf(line);
  const joined = extra?.joined;
  const note = joined && joinedNote(joined.by, facts.timeZone);
  const unwanted = removalOf(context, line, extra !== undefined);
  const obstacle = obstacleOf(line);
  const removal = obstacle ? undefined : unwanted;
  draft.expect({
    key: line.key,
    kind: line.links.kind,
    object: line.end.object,
    by: 'undelete',
    ...(note ? { note } : {}),
    ...(removal ? { removal } : {}),
    ...(obstacle ? { stays: obstacle.reason } : {}),
    gives: givesOf(context, line, sourceName),
  });
  if (unwanted && obstacle)
    draft.find({
      severity: 'warning',
      code: 'CANNOT_BE_LEFT_OUT',
      summary: `${line.end.object.name} comes back with ${line.subject.object.name} and cannot be taken away here: ${obstacle.reason}.`,
      ...(obstacle.where ? { detail: `Do it in the ${obstacle.where}.` } : {}),
    });
}

/** Why a line that comes back is not to stay. */
function removalOf(
  { options, leftOut }: PlanContext,
  line: Line,
  isExtra: boolean,
): ExpectedLine['removal'] | undefined {
  if (leftOut(line.key)) return 'leftOut';
  const exact = options.mode === 'exact' && line.links.restore && !isReplaced(line);
  return isExtra && exact ? 'exact' : undefined;
}

const joinedNote = (by: string | null, timeZone: string): string =>
  by === null ? 'joined after the newest snapshot' : `joined since, by ${shortTime(by, timeZone)}`;

function givesOf(context: PlanContext, line: Line, sourceName: NamedObject): Give[] {
  const { subject, end, links } = line;
  const source = links.end === 'source' ? (subject.body ?? subject.wanted.body) : end.body;
  return context.gives.ofLink(line.spec, sourceName, source);
}

function obstacleOf({ spec, links, subject, end }: Line): Obstacle | null {
  const own = subject.body ?? subject.wanted.body;
  return links.end === 'source'
    ? spec.obstacle(own, end.body)
    : end.body === null
      ? null
      : spec.obstacle(end.body, own);
}

/** The other end is not there, and no subject of this plan brings it back. */
function unreachable(context: PlanContext, { other, end }: Line): Obstacle | null {
  if (end.state === 'live' || end.state === 'unread' || comesWithPlan(context, other)) return null;
  const { name, kindName, type } = end.object;
  const what = kindName ?? type;
  const gone = end.state === 'softDeleted' ? 'is deleted' : 'no longer exists';
  return { reason: `the ${what} ${gone}; first say: restore ${type} "${name}"`, leavesWork: true };
}

const comesWithPlan = ({ facts, options }: PlanContext, other: ObjectId): boolean =>
  options.withObject && facts.subjects.some((subject) => subject.formerId === other || subject.id === other);

function skipLine({ draft }: PlanContext, line: Line, obstacle: Obstacle): void {
  const skip: Skip = { key: line.key, object: line.end.object, kind: line.links.kind, ...obstacle };
  draft.skip(skip);
}

function namesOf({ links, subject, end }: Line): { sourceName: NamedObject; targetName: NamedObject } {
  return links.end === 'source'
    ? { sourceName: subject.object, targetName: end.object }
    : { sourceName: end.object, targetName: subject.object };
}

function refsOf(context: PlanContext, line: Line, ref: ObjectRef): { source: ObjectRef; target: ObjectRef } {
  const other = otherRef(context, line);
  return line.links.end === 'source' ? { source: ref, target: other } : { source: other, target: ref };
}

function otherRef({ facts }: PlanContext, { other, end }: Line): ObjectRef {
  const subject = facts.subjects.find((each) => each.formerId === other || each.id === other);
  if (subject?.state === 'gone')
    return { createdBy: objectKey(subject.formerId), formerly: subject.formerId };
  return { id: end.id };
}

function endOf({ facts }: PlanContext, other: ObjectId): OtherEnd {
  return (
    facts.others.get(other) ?? {
      id: other,
      object: { type: 'object', id: other, name: `object ${other.slice(0, 8)}` },
      state: 'unread',
      body: null,
    }
  );
}
