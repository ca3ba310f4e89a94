import { coveredView } from '../../cards/covered/data.js';
import { helloView } from '../../cards/hello/data.js';
import { helpView } from '../../cards/help/data.js';
import { formatShort, plural } from '../../cards/format.js';
import { noticeView } from '../../cards/notice/data.js';
import { statusView } from '../../cards/status/data.js';
import { verifyView } from '../../cards/verify/data.js';
import { whatIsCovered } from '../../services/catalog/covered.js';
import { isRewindError } from '../../services/model/errors.js';
import type { App } from '../app.js';
import { backupAskedAfter, BACKUP_JOB } from '../jobs.js';
import type { CommandName } from '../grammar/command.js';
import { helpEntries, helpEntry } from '../grammar/help.js';
import { errorFields } from '../log.js';
import { allows, COMMAND_RULES } from '../permissions.js';
import type { Turn } from '../turn.js';
import { viewContext } from '../view-context.js';
import type { Command } from '../handlers.js';

/** SPEC B3–B7 and R6 name these; a line goes when its catalogue entry comes. */
const NOT_YET = [
  'administrative units',
  'directory roles and their assignments',
  'licences',
  'applications and app roles',
  'Conditional Access',
  'photos',
  'authentication methods',
];

/** What is offered to whoever may do it, best first; three of them. */
const OFFERED: readonly (readonly [CommandName, (app: App) => string | Promise<string>])[] = [
  ['restore', restoreExample],
  ['approve', () => 'requests'],
  ['changed', () => 'what changed since yesterday'],
  ['status', () => 'status'],
  ['audit', () => 'audit'],
];
const OFFERED_AT_MOST = 3;

/** For what is only offered: without Graph nobody's rights are known, and null offers nothing. The right itself is read at the click. */
const rolesIfKnown = (app: App, turn: Turn) =>
  app.roles.rolesOf(turn.person).catch((error: unknown) => {
    app.log.warn(errorFields(error), 'rights could not be read, so nothing is offered by them');
    return null;
  });

/**
 * First hello: three things to type, drawn from this tenant (STORY §4), as far as this person may. Whoever may do nothing reads that,
 * and nothing of the tenant (SPEC A5).
 */
export const hello: Command<'hello'> = async (app, _present, turn) => {
  const roles = await rolesIfKnown(app, turn);
  const offered = OFFERED.filter(([command]) => roles !== null && allows(COMMAND_RULES[command], roles));
  const suggestions = await Promise.all(
    offered.slice(0, OFFERED_AT_MOST).map(([, example]) => Promise.resolve(example(app))),
  );
  const snapshots = offered.length > 0 ? await app.history.snapshots(turn.tenant) : [];
  const [newest, first] = [snapshots[0], snapshots.at(-1)];
  const kept =
    newest && first
      ? `${plural(snapshots.length, 'snapshot')} since ${formatShort(first.startedAt, turn.timeZone, app.clock.now())}`
      : undefined;
  const name = turn.person.name.split(' ')[0];
  return [
    {
      view: helloView(
        {
          tenantName: await app.tenantName(),
          suggestions,
          ...(offered.length === 0 ? { askFor: roles === null ? '' : app.roles.groupName('operator') } : {}),
          ...(name ? { viewerName: name } : {}),
          ...(kept ? { kept } : {}),
        },
        viewContext(app, turn),
      ),
    },
  ];
};

/** Somebody in the recycle bin is the likeliest reason to write to us; else any live user's name. */
async function restoreExample(app: App): Promise<string> {
  for await (const { objects } of app.directory.reader.listDeleted('user')) {
    const deleted = objects[0];
    if (deleted)
      return `restore user ${app.catalog.type('user').nameOf(deleted.properties)} from yesterday with memberships`;
  }
  return 'help restore';
}

/** "operator or administrator"; '' = everybody. */
const rolesInWords = (rule: 'anyone' | readonly string[]): string =>
  rule === 'anyone' ? '' : [rule.slice(0, -1).join(', '), rule.at(-1)].filter(Boolean).join(' or ');

export const help: Command<'help'> = (app, _present, turn, command) => {
  const entry = command.topic && helpEntry(command.topic);
  const topic = command.topic && entry && { ...entry, role: rolesInWords(COMMAND_RULES[command.topic]) };
  const view = helpView({ entries: helpEntries(), ...(topic ? { topic } : {}) }, viewContext(app, turn));
  return Promise.resolve([{ view }]);
};

export const covered: Command<'covered'> = async (app, _present, turn) => {
  const types = whatIsCovered(app.catalog);
  return [
    {
      view: coveredView(
        { tenantName: await app.tenantName(), types, notYet: NOT_YET },
        viewContext(app, turn),
      ),
    },
  ];
};

export const status: Command<'status'> = async (app, _present, turn) => {
  const [newest, nextRun, open, roles, missingPermissions] = await Promise.all([
    app.history.newestSnapshot(turn.tenant),
    app.jobs.nextRun(BACKUP_JOB),
    app.restore.list(turn.tenant, { states: ['waiting', 'lapsed'] }),
    rolesIfKnown(app, turn),
    app.missingPermissions().catch((error: unknown) => {
      if (!isRewindError(error)) throw error;
      return null;
    }),
  ]);
  const view = statusView(
    {
      tenantName: await app.tenantName(),
      newest,
      snapshots: newest ? (await app.history.snapshots(turn.tenant)).length : 0,
      nextRunAt: nextRun?.toISOString() ?? null,
      running: await app.backupRuns(),
      mayBackUp: roles !== null && allows(COMMAND_RULES.backup, roles),
      openRequests: open.length,
      missingPermissions: missingPermissions ?? [],
      problems: missingPermissions === null ? ['Microsoft Graph cannot be reached just now.'] : [],
    },
    viewContext(app, turn),
  );
  return [{ view }];
};

/** Recomputes every hash, count and link of the chain, of history and of the audit (SPEC B14, N3). */
export const verify: Command<'verify'> = async (app, _present, turn) => {
  const report = await app.verify(turn.tenant);
  const audit = await app.audit.verify(turn.tenant);
  const broken = [
    ...report.broken,
    ...(audit.firstBroken === null ? [] : [`The audit does not hold from entry ${audit.firstBroken}.`]),
  ];
  return [
    {
      view: verifyView(
        { ...report, tenantName: await app.tenantName(), auditEntries: audit.entries, broken },
        viewContext(app, turn),
      ),
    },
  ];
};

/** Starts a backup behind the chat; its result is posted when it is done. */
export const backup: Command<'backup'> = async (app, _present, turn) => {
  const newest = await app.history.newestSnapshot(turn.tenant);
  await app.startBackup(turn.door === 'terminal' ? 'terminal' : 'chat', turn.person);
  return [
    {
      view: noticeView(
        {
          glyph: '◉',
          text: `Backup of ${await app.tenantName()} started.`,
          badge: { text: 'running', style: 'accent' },
          notes: [
            `The last one was snapshot ${newest?.seq ?? 0}. This card changes when the new one is complete.`,
          ],
        },
        viewContext(app, turn),
      ),
      subject: { id: backupAskedAfter(newest?.seq ?? 0), purpose: 'request' },
    },
  ];
};
