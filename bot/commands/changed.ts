import { formatShort } from '../../cards/format.js';
import type { View } from '../../cards/views.js';
import { whatChangedView, type ChangedItem } from '../../cards/what-changed/data.js';
import { liveChanges } from '../../services/find/live-changes.js';
import { RewindError } from '../../services/model/errors.js';
import type { Seq } from '../../services/model/ids.js';
import { changesBetween } from '../../services/snapshots/changes-between.js';
import { resolvePoint } from '../../services/snapshots/resolve-point.js';
import type { App } from '../app.js';
import type { Turn } from '../turn.js';
import { viewContext } from '../view-context.js';
import type { Command } from '../handlers.js';

export const changed: Command<'changed'> = async (app, _present, turn, command) => {
  const now = app.clock.now();
  const from = await resolvePoint(
    app.history,
    turn.tenant,
    command.since ?? { kind: 'latest' },
    now,
    turn.timeZone,
  );
  return [{ view: await changedView(app, turn, from.seq, 'now', 1) }];
};

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
