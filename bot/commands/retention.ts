import { holdView, prunedView, prunePlanView } from '../../cards/notice/retention.js';
import type { SnapshotHeader } from '../../services/model/history.js';
import { viewContext } from '../view-context.js';
import type { Command } from '../handlers.js';

const taken = ({ seq, startedAt }: SnapshotHeader) => ({ seq, takenAt: startedAt });

/** Retention by hand (SPEC B13); the same runs every night. */
export const prune: Command<'prune'> = async (app, _present, turn, command) => {
  const about = { tenantName: await app.tenantName(), policy: app.config.RETENTION };
  const ctx = viewContext(app, turn);
  if (!command.dryRun)
    return [
      { view: prunedView({ ...about, ...(await app.retention.prune(turn.tenant, turn.person)) }, ctx) },
    ];
  const { stays, goes, held, frees } = await app.retention.plan(turn.tenant);
  return [
    {
      view: prunePlanView(
        {
          ...about,
          stays,
          frees,
          goes: goes.map(taken),
          held: held.map(({ seq, takenAt, hold: { by, because, at } }) => ({
            seq,
            takenAt,
            by: by.name,
            because,
            at,
          })),
        },
        ctx,
      ),
    },
  ];
};

export const hold: Command<'hold'> = async (app, _present, turn, command) => {
  const { snapshot, because } = command;
  const header = await app.retention.hold(turn.tenant, snapshot, because, turn.person);
  return [{ view: holdView({ snapshot: taken(header), because }, viewContext(app, turn)) }];
};

export const release: Command<'release'> = async (app, _present, turn, command) => {
  const header = await app.retention.release(turn.tenant, command.snapshot, turn.person);
  return [{ view: holdView({ snapshot: taken(header), because: null }, viewContext(app, turn)) }];
};
