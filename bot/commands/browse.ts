import { compareView, type ComparedLink } from '../../cards/compare/data.js';
import { findResultsView } from '../../cards/find-results/data.js';
import { formatShort } from '../../cards/format.js';
import { requestsView } from '../../cards/requests/data.js';
import {
  showObjectView,
  type ShownLink,
  type ShownProperty,
  type ShowTab,
} from '../../cards/show-object/data.js';
import type { View } from '../../cards/views.js';
import { whatChangedView, type ChangedItem } from '../../cards/what-changed/data.js';
import { liveChanges } from '../../services/find/live-changes.js';
import { readLiveObject } from '../../services/find/live-object.js';
import { RewindError } from '../../services/model/errors.js';
import {
  OPEN,
  type LinkFact,
  type ObjectVersion,
  type SnapshotHeader,
} from '../../services/model/history.js';
import { objectId, type ObjectId, type Seq } from '../../services/model/ids.js';
import type { NamedObject, RequestState } from '../../services/model/restore.js';
import { changesBetween } from '../../services/snapshots/changes-between.js';
import { compareObject } from '../../services/snapshots/compare-object.js';
import { diffBodies } from '../../services/snapshots/diff-body.js';
import { nameObjects } from '../../services/snapshots/names.js';
import { resolvePoint } from '../../services/snapshots/resolve-point.js';
import type { Message } from '../answer.js';
import type { App } from '../app.js';
import type { CommandOf } from '../grammar/command.js';
import { format } from '../grammar/parse.js';
import { resolveObject } from '../resolve.js';
import type { Turn } from '../turn.js';
import { viewContext } from '../view-context.js';

const BIN_DAYS = 30;
const DAY_IN_MS = 86_400_000;
const LIVE_STATES: readonly RequestState[] = ['asks', 'waiting', 'running', 'lapsed'];

export async function find(app: App, turn: Turn, command: CommandOf<'find'>): Promise<readonly Message[]> {
  return [{ view: await findView(app, turn, command.text, command.type, 1) }];
}

/** `find alice`: live, deleted and gone; sorted by name (SPEC F1). */
export async function findView(
  app: App,
  turn: Turn,
  text: string,
  type: 'user' | 'group' | undefined,
  page: number,
): Promise<View> {
  const results = [...(await app.restore.candidates(turn.tenant, type ?? null, text))].sort((a, b) =>
    a.object.name.localeCompare(b.object.name),
  );
  const say = format({ command: 'find', text, ...(type ? { type } : {}) }, turn.timeZone);
  return findResultsView(
    { tenantName: await app.tenantName(), text, ...(type ? { type } : {}), results, page, say },
    viewContext(app, turn),
  );
}

export async function show(app: App, turn: Turn, command: CommandOf<'show'>): Promise<readonly Message[]> {
  const { object } = await resolveObject(app, turn, command.object, (name) => ({ ...command, object: name }));
  const point = command.when
    ? await resolvePoint(app.history, turn.tenant, command.when, app.clock.now(), turn.timeZone)
    : null;
  await audited(app, turn, object);
  return [
    {
      view: await showView(app, turn, object.type, object.id, {
        seq: point?.seq ?? null,
        words: point?.words,
        tab: 'properties',
        page: 1,
      }),
    },
  ];
}

/** Every read of a person's attributes is in the audit (SPEC N3). */
async function audited(app: App, turn: Turn, object: NamedObject): Promise<void> {
  await app.audit.append({
    tenant: turn.tenant,
    actor: { objectId: turn.person.objectId, name: turn.person.name },
    kind: `read.${object.type}`,
    details: { object: object.id, name: object.name },
  });
}

export interface Shown {
  /** null = the live directory. */
  readonly seq: Seq | null;
  readonly words?: string;
  readonly tab: string;
  readonly page: number;
}

/** One object, live or as of a snapshot: properties with when they last changed, links per tab, log, JSON (SPEC F2, F3, F5, F6). */
export async function showView(
  app: App,
  turn: Turn,
  type: string,
  id: ObjectId,
  shown: Shown,
): Promise<View> {
  const { tenant } = turn;
  const spec = app.catalog.type(type);
  const { newest, all } = await app.history.identity(tenant, id);
  const versions = (await Promise.all(all.map((each) => app.history.versionsOf(tenant, each))))
    .flat()
    .sort((a, b) => a.from - b.from);
  const facts = (await Promise.all(all.map((each) => app.history.linksOf(tenant, each)))).flat();
  const headers = await app.history.snapshots(tenant);
  // When something happened is told by pruned snapshots too; they are no restore points.
  const told = await app.history.snapshots(tenant, { pruned: true });
  const times = new Map(told.map((header) => [header.seq, header.startedAt]));
  const live = await readLiveObject(app.directory.reader, app.catalog, type, newest);
  const held =
    shown.seq === null
      ? null
      : (versions.findLast((version) => version.from <= shown.seq! && shown.seq! < version.to) ?? null);
  const body = shown.seq === null ? (live.body ?? versions.at(-1)?.body ?? null) : (held?.body ?? null);
  if (!body) {
    if (shown.seq === null) throw new RewindError('OBJECT_NOT_FOUND', { type, name: id, closest: '' });
    throw new RewindError('POINT_LACKS_OBJECT', {
      point: `Snapshot ${shown.seq}`,
      name: spec.nameOf(versions.at(-1)?.body ?? {}),
      nearest: nearestText(versions, headers, turn, app),
    });
  }
  const own = new Set<string>(all);
  const names = await nameObjects(app.history, app.catalog, tenant, headers[0]?.seq ?? 0);
  const key = spec.keyOf(body);
  const object: NamedObject = {
    type,
    id: newest,
    name: spec.nameOf(body),
    ...(key ? { key } : {}),
    kindName: spec.kindNameOf(body),
  };
  const points = [
    ...new Set(
      versions
        .filter(({ state }) => state === 'live')
        .map(({ from }) => from)
        .concat(facts.flatMap((fact) => (fact.latent ? [] : [fact.from]))),
    ),
  ].sort((a, b) => a - b);
  const at = shown.seq ?? OPEN;
  const index = points.filter((from) => from <= at).length;
  const tabs = tabsOf(app, type, facts, live.links, own, shown.seq);
  const tab = tabs.find(({ name }) => name === shown.tab) ?? tabs[0]!;
  const older = points[index - 2];
  const newer = points[index];
  const nameOf = await names.of(tab.links.map(({ other }) => other));
  const say = format(
    {
      command: 'show',
      object: { type: type as 'user', name: key ?? newest },
      ...(shown.seq === null ? {} : { when: { kind: 'snapshot', seq: shown.seq, words: '' } }),
    },
    turn.timeZone,
  );
  return showObjectView(
    {
      tenantName: await app.tenantName(),
      object,
      state: live.state,
      ...(live.deletedAt
        ? {
            deletedAt: live.deletedAt,
            purgeAt: new Date(Date.parse(live.deletedAt) + BIN_DAYS * DAY_IN_MS).toISOString(),
          }
        : {}),
      point:
        shown.seq === null
          ? null
          : {
              seq: shown.seq,
              takenAt: times.get(shown.seq) ?? '',
              ...(shown.words ? { words: shown.words } : {}),
            },
      ...(shown.seq !== null && index > 0 ? { version: { index, count: points.length } } : {}),
      ...(older === undefined ? {} : { olderSeq: older }),
      ...(newer === undefined || shown.seq === null ? {} : { newerSeq: newer }),
      tab: tab.name,
      tabs: tabs.map(({ name, label, count }) => ({
        name,
        label,
        ...(count === undefined ? {} : { count }),
      })),
      ...(tab.name === 'properties'
        ? { properties: propertiesOf(app, type, body, versions, held, times) }
        : {}),
      ...(tab.kind
        ? {
            links: tab.links.map(({ other, type: otherType, from }): ShownLink => ({
              object: nameOf(other, otherType),
              ...(from && times.get(from) ? { since: times.get(from)! } : {}),
            })),
          }
        : {}),
      ...(tab.name === 'log' ? { log: await logOf(app, turn, facts, own, times) } : {}),
      ...(tab.name === 'json' ? { json: body } : {}),
      page: shown.page,
      say,
    },
    viewContext(app, turn),
  );
}

interface Tab extends ShowTab {
  readonly kind?: string;
  readonly links: readonly { readonly other: ObjectId; readonly type: string; readonly from?: Seq }[];
}

function tabsOf(
  app: App,
  type: string,
  facts: readonly LinkFact[],
  live: readonly { kind: string; source: ObjectId; target: ObjectId; targetType?: string }[],
  own: ReadonlySet<string>,
  seq: Seq | null,
): readonly Tab[] {
  const tabs = app.catalog.aspectsOf(type).map((aspect): Tab => {
    const spec = app.catalog.link(aspect.kind);
    const here = (link: { kind: string; source: ObjectId; target: ObjectId }) =>
      link.kind === aspect.kind && own.has(aspect.end === 'source' ? link.source : link.target);
    const end = (link: { source: ObjectId; target: ObjectId; targetType?: string }) => ({
      other: aspect.end === 'source' ? link.target : link.source,
      type: aspect.end === 'source' ? (link.targetType ?? spec.targetTypes[0] ?? 'object') : spec.sourceType,
    });
    const known = facts.filter((fact) => here(fact) && !fact.latent);
    const links =
      seq === null
        ? live.filter(here).map((link) => ({
            ...end(link),
            from: known.find(
              (fact) => fact.source === link.source && fact.target === link.target && fact.to >= OPEN,
            )?.from,
          }))
        : known
            .filter((fact) => fact.from <= seq && seq < fact.to)
            .map((fact) => ({ ...end(fact), from: fact.from }));
    return { name: aspect.name, label: aspect.label, count: links.length, kind: aspect.kind, links };
  });
  const plain = (name: string, label: string): Tab => ({ name, label, links: [] });
  return [plain('properties', 'Properties'), ...tabs, plain('log', 'Log'), plain('json', 'JSON')];
}

/** Value, when it last changed, and what it was before the version that is shown. */
function propertiesOf(
  app: App,
  type: string,
  body: ObjectVersion['body'],
  versions: readonly ObjectVersion[],
  held: ObjectVersion | null,
  times: ReadonlyMap<Seq, string>,
): readonly ShownProperty[] {
  const spec = app.catalog.type(type);
  const upTo = held ? versions.filter(({ from }) => from <= held.from) : versions;
  const previous = held ? (upTo.at(-2)?.body ?? null) : null;
  return Object.entries(spec.properties).flatMap(([name, rule]) => {
    if (rule.volatile || body[name] === undefined) return [];
    const value = body[name];
    let last: Seq | undefined;
    for (let index = upTo.length - 1; index > 0; index--) {
      const [before, after] = [upTo[index - 1]!, upTo[index]!];
      if (
        diffBodies(spec, before.body, after.body).some(
          (difference) => difference.name === name && !difference.same,
        )
      ) {
        last = after.from;
        break;
      }
    }
    const changed = previous !== null && last === held?.from && previous[name] !== undefined;
    return [
      {
        label: rule.label,
        value,
        ...(last && times.get(last) ? { lastChanged: times.get(last)! } : {}),
        ...(changed ? { changed, before: previous[name]! } : {}),
      },
    ];
  });
}

/** Who joined or left, newest first (SPEC F6). */
async function logOf(
  app: App,
  turn: Turn,
  facts: readonly LinkFact[],
  own: ReadonlySet<string>,
  times: ReadonlyMap<Seq, string>,
) {
  const first = Math.min(...times.keys());
  const names = await nameObjects(app.history, app.catalog, turn.tenant, Math.max(...times.keys(), 0));
  const visible = facts.filter(({ latent }) => !latent);
  const nameOf = await names.of(visible.map((fact) => (own.has(fact.source) ? fact.target : fact.source)));
  const entries = visible.flatMap((fact) => {
    const spec = app.catalog.link(fact.kind);
    const other = nameOf(
      own.has(fact.source) ? fact.target : fact.source,
      own.has(fact.source) ? fact.targetType : spec.sourceType,
    );
    const label = (own.has(fact.source) ? spec.atSource : spec.atTarget)?.label ?? spec.label;
    const hidden = facts.some(
      (next) =>
        next.latent &&
        next.kind === fact.kind &&
        next.source === fact.source &&
        next.target === fact.target &&
        next.from === fact.to,
    );
    return [
      ...(fact.from > first ? [{ seq: fact.from, sign: '+' as const, text: `${label}: ${other.name}` }] : []),
      ...(fact.to < OPEN
        ? [
            {
              seq: fact.to,
              sign: '−' as const,
              text: `${label}: ${other.name}${hidden ? ' (kept by Entra while deleted)' : ''}`,
            },
          ]
        : []),
    ];
  });
  return entries
    .sort((a, b) => b.seq - a.seq)
    .map(({ seq, sign, text }) => ({ at: times.get(seq) ?? '', sign, text }));
}

export async function compare(
  app: App,
  turn: Turn,
  command: CommandOf<'compare'>,
): Promise<readonly Message[]> {
  const { object } = await resolveObject(app, turn, command.object, (name) => ({ ...command, object: name }));
  const now = app.clock.now();
  const from = await resolvePoint(app.history, turn.tenant, command.from, now, turn.timeZone);
  const to =
    command.to === 'now'
      ? 'now'
      : (await resolvePoint(app.history, turn.tenant, command.to, now, turn.timeZone)).seq;
  await audited(app, turn, object);
  return [{ view: await compareViewOf(app, turn, object, from.seq, to, false, 1) }];
}

/** Two snapshots, or a snapshot and the live directory; differences only unless all are wanted (SPEC F4). */
export async function compareViewOf(
  app: App,
  turn: Turn,
  object: NamedObject,
  from: Seq,
  to: Seq | 'now',
  all: boolean,
  page: number,
): Promise<View> {
  const { tenant } = turn;
  const headers = await app.history.snapshots(tenant);
  const at = (seq: Seq) => {
    const header = headers.find((each) => each.seq === seq);
    if (!header) throw new RewindError('CARD_INVALID');
    return { seq, takenAt: header.startedAt };
  };
  const compared =
    to === 'now'
      ? await compareWithLive(app, turn, object, from)
      : await comparedSnapshots(app, turn, object, from, to);
  const shown = all
    ? compared
    : {
        ...compared,
        properties: compared.properties.filter(({ same }) => same !== true),
        links: compared.links.filter(({ change }) => change !== 'same'),
      };
  const say = format(
    {
      command: 'compare',
      object: { type: object.type as 'user', name: object.key ?? object.id },
      from: { kind: 'snapshot', seq: from, words: '' },
      to: to === 'now' ? 'now' : { kind: 'snapshot', seq: to, words: '' },
    },
    turn.timeZone,
  );
  return compareView(
    {
      tenantName: await app.tenantName(),
      object,
      from: at(from),
      to: to === 'now' ? null : at(to),
      ...shown,
      all,
      page,
      say,
    },
    viewContext(app, turn),
  );
}

type Compared = Pick<Parameters<typeof compareView>[0], 'properties' | 'links' | 'facts'>;

async function comparedSnapshots(
  app: App,
  turn: Turn,
  object: NamedObject,
  from: Seq,
  to: Seq,
): Promise<Compared> {
  const { before, after, properties, links } = await compareObject(
    { history: app.history, catalog: app.catalog },
    turn.tenant,
    object.id,
    from,
    to,
  );
  return {
    properties,
    links: links.map(({ label, other, change }): ComparedLink => ({
      label,
      object: other,
      change: change === 'hidden' ? 'same' : change,
      ...(change === 'hidden' ? { note: 'kept by Entra while deleted' } : {}),
    })),
    facts: factsOf(before, after),
  };
}

async function compareWithLive(app: App, turn: Turn, object: NamedObject, from: Seq): Promise<Compared> {
  const { tenant } = turn;
  const { newest, all } = await app.history.identity(tenant, object.id);
  const held = await app.history.versionsAt(tenant, all, from);
  const version = [...held.values()].find(({ state }) => state === 'live') ?? [...held.values()][0] ?? null;
  const live = await readLiveObject(app.directory.reader, app.catalog, object.type, newest);
  const then = (await Promise.all(all.map((id) => app.history.linksAt(tenant, id, from))))
    .flat()
    .filter(({ latent }) => !latent);
  const own = new Set<string>(all);
  const slot = (link: { kind: string; source: ObjectId; target: ObjectId }) =>
    own.has(link.source) ? `${link.kind}>${link.target}` : `${link.kind}<${link.source}`;
  const before = new Map(then.map((link) => [slot(link), link]));
  const after = new Map(live.links.map((link) => [slot(link), link]));
  const names = await nameObjects(app.history, app.catalog, tenant, from);
  const union = new Map<string, { kind: string; source: ObjectId; target: ObjectId; targetType?: string }>([
    ...before,
    ...after,
  ]);
  const nameOf = await names.of(
    [...union.values()].map((link) => (own.has(link.source) ? link.target : link.source)),
  );
  const hidden = live.state === 'softDeleted';
  return {
    properties: diffBodies(app.catalog.type(object.type), version?.body ?? null, live.body),
    links: [...union].map(([key, link]): ComparedLink => {
      const spec = app.catalog.link(link.kind);
      const isSource = own.has(link.source);
      const other = nameOf(
        isSource ? link.target : link.source,
        isSource ? link.targetType : spec.sourceType,
      );
      const label = (isSource ? spec.atSource : spec.atTarget)?.label ?? spec.label;
      const change = before.has(key) ? (after.has(key) || hidden ? 'same' : 'removed') : 'added';
      return { label, object: other, change, ...(hidden ? { note: 'cannot be read while deleted' } : {}) };
    }),
    facts: factsOf(version?.state ?? 'missing', live.state === 'gone' ? 'missing' : live.state),
  };
}

function factsOf(
  before: 'live' | 'softDeleted' | 'missing',
  after: 'live' | 'softDeleted' | 'missing',
): readonly string[] {
  if (before === after) return [];
  const words = { live: 'live', softDeleted: 'deleted', missing: 'not there' };
  return [`${words[before]} then, ${words[after]} now`];
}

export async function changed(
  app: App,
  turn: Turn,
  command: CommandOf<'changed'>,
): Promise<readonly Message[]> {
  const now = app.clock.now();
  const from = await resolvePoint(
    app.history,
    turn.tenant,
    command.since ?? { kind: 'latest' },
    now,
    turn.timeZone,
  );
  return [{ view: await changedView(app, turn, from.seq, 'now', 1) }];
}

/** Counts by type, then the changes, newest first: between snapshots, and from the newest one to now (SPEC F7). */
export async function changedView(
  app: App,
  turn: Turn,
  from: Seq,
  to: Seq | 'now',
  page: number,
): Promise<View> {
  const { tenant } = turn;
  const newest = await app.history.newestSnapshot(tenant);
  const first = await app.history.snapshot(tenant, from);
  if (!newest || !first) throw new RewindError('NO_SNAPSHOT');
  const end = to === 'now' ? newest : ((await app.history.snapshot(tenant, to)) ?? newest);
  const kept =
    end.seq > from
      ? await changesBetween({ history: app.history, catalog: app.catalog }, tenant, from, end.seq)
      : { counts: [], items: [] };
  const live =
    to === 'now'
      ? await liveChanges(
          { history: app.history, reader: app.directory.reader, catalog: app.catalog },
          tenant,
          newest,
        )
      : { counts: [], items: [], untold: [] };
  const counts = new Map<string, { label: string; added: number; removed: number; changed: number }>();
  for (const count of [...kept.counts, ...live.counts]) {
    const sum = counts.get(count.label) ?? { label: count.label, added: 0, removed: 0, changed: 0 };
    counts.set(count.label, {
      label: count.label,
      added: sum.added + count.added,
      removed: sum.removed + count.removed,
      changed: sum.changed + count.changed,
    });
  }
  const items: ChangedItem[] = [
    ...live.items.map(({ sign, text }) => ({ sign, text })),
    ...kept.items.map(({ sign, text, at }) => ({ sign, text, at })),
    ...live.untold.map((text) => ({ sign: '~' as const, text })),
  ];
  const say = `what changed since ${formatShort(first.startedAt, turn.timeZone, app.clock.now())}`;
  return whatChangedView(
    {
      tenantName: await app.tenantName(),
      from: { seq: first.seq, takenAt: first.startedAt },
      to: to === 'now' ? null : { seq: end.seq, takenAt: end.startedAt },
      counts: [...counts.values()],
      items,
      page,
      say,
    },
    viewContext(app, turn),
  );
}

export async function requests(app: App, turn: Turn): Promise<readonly Message[]> {
  return [{ view: await requestsViewOf(app, turn, false, 1) }];
}

export async function requestsViewOf(app: App, turn: Turn, all: boolean, page: number): Promise<View> {
  const found = await app.restore.list(
    turn.tenant,
    all ? { limit: 500 } : { states: LIVE_STATES, limit: 500 },
  );
  return requestsView(
    { tenantName: await app.tenantName(), requests: found, all, page, say: 'requests' },
    viewContext(app, turn),
  );
}

/** The object of a card's id, by its newest name. */
export async function objectNamed(app: App, turn: Turn, type: string, id: string): Promise<NamedObject> {
  const newest = await app.history.newestSnapshot(turn.tenant);
  const names = await nameObjects(app.history, app.catalog, turn.tenant, newest?.seq ?? 0);
  return (await names.of([objectId(id)]))(objectId(id), type);
}

function nearestText(
  versions: readonly ObjectVersion[],
  headers: readonly SnapshotHeader[],
  turn: Turn,
  app: App,
): string {
  const live = versions.filter(({ state }) => state === 'live');
  const last = headers.find(({ seq }) => live.some(({ from, to }) => from <= seq && seq < to));
  if (!last) return 'none';
  return `${formatShort(last.startedAt, turn.timeZone, app.clock.now())} (snapshot ${last.seq})`;
}
