import { compareView, type ComparedLink } from '../../cards/compare/data.js';
import type { View } from '../../cards/views.js';
import { readLiveObject } from '../../services/find/live-object.js';
import { RewindError } from '../../services/model/errors.js';
import { objectId, type ObjectId, type Seq } from '../../services/model/ids.js';
import type { NamedObject } from '../../services/model/plan.js';
import { compareObject } from '../../services/snapshots/compare-object.js';
import { diffBodies } from '../../services/snapshots/diff-body.js';
import { nameObjects } from '../../services/snapshots/names.js';
import { resolvePoint } from '../../services/snapshots/resolve-point.js';
import type { App } from '../app.js';
import { format } from '../grammar/parse.js';
import { resolveObject } from '../resolve.js';
import type { Turn } from '../turn.js';
import { viewContext } from '../view-context.js';
import { auditRead } from './audit-read.js';
import type { Command } from '../handlers.js';

export const compare: Command<'compare'> = async (app, _present, turn, command) => {
  const { object } = await resolveObject(app, turn, command.object, (name) => ({ ...command, object: name }));
  const now = app.clock.now();
  const from = await resolvePoint(app.history, turn.tenant, command.from, now, turn.timeZone);
  const to =
    command.to === 'now'
      ? 'now'
      : (await resolvePoint(app.history, turn.tenant, command.to, now, turn.timeZone)).seq;
  await auditRead(app, turn, object);
  return [{ view: await compareViewOf(app, turn, object, from.seq, to, false, 1) }];
};

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

type Compared = Pick<Parameters<typeof compareView>[0], 'properties' | 'links' | 'facts' | 'untold'>;

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
    ...(hidden && before.size > 0
      ? {
          untold:
            'Entra does not show the relationships of a deleted object: its restore preview tells what comes back, what was lost and what was gained.',
        }
      : {}),
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

/** The object of a card's id, by its newest name. */
export async function objectNamed(app: App, turn: Turn, type: string, id: string): Promise<NamedObject> {
  const newest = await app.history.newestSnapshot(turn.tenant);
  const names = await nameObjects(app.history, app.catalog, turn.tenant, newest?.seq ?? 0);
  return (await names.of([objectId(id)]))(objectId(id), type);
}
