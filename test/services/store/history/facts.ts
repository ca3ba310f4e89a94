import type { Db } from 'mongodb';
import { objectId, tenantId } from '../../../../services/model/ids.js';
import type { HistoryRun, WantedLink, WantedObject } from '../../../../services/model/history.js';
import type { Log } from '../../../../services/model/log.js';
import { createHistory, type History } from '../../../../services/store/history/index.js';

export const TENANT = tenantId('11111111-1111-4111-8111-111111111111');
export const OTHER = tenantId('22222222-2222-4222-8222-222222222222');

export const silent: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/** A live user as a backup run puts it; the name serves as id, too. */
export const user = (name: string, body: WantedObject['body'] = {}): WantedObject => ({
  type: 'user',
  objectId: objectId(name),
  name,
  keys: [name.toLowerCase(), `${name.toLowerCase()}@contoso.example`],
  state: 'live',
  body: { displayName: name, ...body },
});

/** The same in the recycle bin. */
export const deleted = (name: string): WantedObject => ({
  ...user(name),
  state: 'softDeleted',
  deletedAt: '2026-11-21T06:12:00.000Z',
});

export const member = (
  group: string,
  name: string,
  standing: WantedLink['standing'] = 'live',
): WantedLink => ({
  kind: 'member',
  source: objectId(group),
  target: objectId(name),
  targetType: 'user',
  standing,
});

/** What a run tells of itself when it publishes a full reading. */
export const OUTCOME = {
  mode: 'full',
  parts: { user: { mode: 'full' } },
  tokens: { user: 'token' },
  cost: { requests: 1, resourceUnits: 2, writes: 0, throttled: 0 },
  partialReasons: [],
} as const;

/** A history on an empty database, as the service opens it. */
export async function openHistory(db: Db): Promise<History> {
  const history = createHistory(db);
  await history.createIndexes();
  return history;
}

/** Begins a run, lets `write` write, publishes. */
export async function snapshot(
  history: History,
  write: (run: HistoryRun) => Promise<void>,
  { fence = 1, tenant = TENANT, at = '2026-11-20T01:00:00.000Z' } = {},
) {
  const run = await history.begin(tenant, { trigger: 'schedule', startedAt: at, fence });
  await write(run);
  return run.publish({ ...OUTCOME, finishedAt: at });
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

/** What holds at a snapshot, in comparable words. */
export async function stateAt(history: History, seq: number): Promise<string[]> {
  const versions = await collect(history.eachVersionAt(TENANT, seq));
  const links = await collect(history.eachLinkAt(TENANT, seq));
  return [
    ...versions.map((v) => `${v.objectId} ${v.state} ${v.hash.slice(0, 8)}`),
    ...links.map((l) => `${l.kind} ${l.source} ${l.target}${l.latent ? ' latent' : ''}`),
  ].sort();
}
