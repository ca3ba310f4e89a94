import { formatShort } from '../../cards/format.js';
import { showObjectView, type ShownLink, type ShownProperty } from '../../cards/show-object/data.js';
import type { View } from '../../cards/views.js';
import { readLiveObject } from '../../services/find/live-object.js';
import { RewindError } from '../../services/model/errors.js';
import { OPEN, type ObjectVersion, type SnapshotHeader } from '../../services/model/history.js';
import type { ObjectId, Seq } from '../../services/model/ids.js';
import type { NamedObject } from '../../services/model/plan.js';
import { nameObjects } from '../../services/snapshots/names.js';
import { resolvePoint } from '../../services/snapshots/resolve-point.js';
import type { App } from '../app.js';
import { format } from '../grammar/parse.js';
import { resolveObject } from '../resolve.js';
import type { Turn } from '../turn.js';
import { viewContext } from '../view-context.js';
import { auditRead } from './audit-read.js';
import { logOf, propertiesOf, tabsOf } from './show-parts.js';
import type { Command } from '../handlers.js';

const BIN_DAYS = 30;
const DAY_IN_MS = 86_400_000;

export const show: Command<'show'> = async (app, _present, turn, command) => {
  const { object } = await resolveObject(app, turn, command.object, (name) => ({ ...command, object: name }));
  const point = command.when
    ? await resolvePoint(app.history, turn.tenant, command.when, app.clock.now(), turn.timeZone)
    : null;
  await auditRead(app, turn, object);
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
};

export interface Shown {
  /** null = the live directory. */
  readonly seq: Seq | null;
  readonly words?: string;
  readonly tab: string;
  readonly page: number;
  /** Letters that are searched for in what the tab lists. */
  readonly find?: string;
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
  const first = Math.min(...times.keys());
  const start = shown.seq === null ? undefined : points[index - 1];
  const older = points[index - 2];
  const newer = points[index];
  const heads = tab.name === 'properties' ? tabs.filter(({ single }) => single) : [];
  const nameOf = await names.of([tab, ...heads].flatMap(({ links }) => links.map(({ other }) => other)));
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
        ? {
            linkChanges: start === undefined ? [] : await logOf(app, turn, facts, own, times, start),
            properties: withHeads(
              propertiesOf(app, type, body, versions, held, times, start),
              heads.flatMap(({ label, links }) =>
                links.map(({ other, type: otherType, from }): ShownProperty => ({
                  label,
                  value: nameOf(other, otherType).name,
                  ...(from && from > first && times.get(from) ? { lastChanged: times.get(from)! } : {}),
                })),
              ),
            ),
          }
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
      ...(shown.find ? { find: shown.find } : {}),
      page: shown.page,
      say,
    },
    viewContext(app, turn),
  );
}

/** A manager is no property, and yet among the first things that people look for. */
const HEADS_AFTER = 5;
const withHeads = (
  properties: readonly ShownProperty[],
  heads: readonly ShownProperty[],
): readonly ShownProperty[] => [
  ...properties.slice(0, HEADS_AFTER),
  ...heads,
  ...properties.slice(HEADS_AFTER),
];

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
