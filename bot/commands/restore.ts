import { previewView } from '../../cards/preview/data.js';
import { isRewindError, type ErrorCode } from '../../services/model/errors.js';
import type { NamedObject, RestoreOptions, RestorePoint } from '../../services/model/plan.js';
import type { Candidate } from '../../services/model/restore-service.js';
import { resolvePoint } from '../../services/snapshots/resolve-point.js';
import type { Message } from '../answer.js';
import type { App } from '../app.js';
import { SuggestingError } from '../errors.js';
import type { CommandOf, ObjectPhrase } from '../grammar/command.js';
import { format } from '../grammar/parse.js';
import type { Presenter } from '../present.js';
import { resolveObject } from '../resolve.js';
import { optionsFromPhrase, withLinesLeftOut } from '../restore-phrase.js';
import { doorOf, type Turn } from '../turn.js';
import { viewContext } from '../view-context.js';
import type { Command } from '../handlers.js';

/** `restore user alice from yesterday with memberships` → the options card, filled from the sentence (STORY §3.2). */
export const restore: Command<'restore'> = async (app, present, turn, command) => {
  const candidates: Candidate[] = [];
  for (const [index, phrase] of command.objects.entries()) {
    const withChoice = (name: ObjectPhrase) => ({
      ...command,
      objects: command.objects.with(index, name) as unknown as typeof command.objects,
    });
    candidates.push(await resolveObject(app, turn, phrase, withChoice));
  }
  const subjects = candidates.map(({ object }) => object);
  const named = { ...command, objects: subjects.map(asPhrase) as unknown as typeof command.objects };
  try {
    return await opened(app, present, turn, named, candidates);
  } catch (error) {
    throw withNearestPoints(error, named, turn);
  }
};

async function opened(
  app: App,
  present: Presenter,
  turn: Turn,
  command: CommandOf<'restore'>,
  candidates: readonly Candidate[],
): Promise<readonly Message[]> {
  const subjects = candidates.map(({ object }) => object);
  const point = await pointFor(app, turn, command, candidates);
  const whole = {
    requester: turn.person,
    timeZone: turn.timeZone,
    subjects,
    point,
    options: optionsFromPhrase(app.catalog, [...new Set(subjects.map(({ type }) => type))], command.options),
    ...(command.reason ? { reason: command.reason } : {}),
    ...doorOf(turn),
  };
  const planOf = (options: RestoreOptions) => app.restore.dryRun({ ...whole, options });
  const input = { ...whole, options: await withLinesLeftOut(whole.options, command.options, planOf) };
  if (command.dryRun) return [await dryRun(app, turn, command, input)];
  const request = await app.restore.open(input);
  return [
    {
      view: await present.requestFor(request, viewContext(app, turn), 'requester'),
      subject: { id: request.id, purpose: 'request' },
    },
  ];
}

/** Without a time: the newest snapshot, or for something that is gone the last that holds it. Always echoed on the card. */
async function pointFor(
  app: App,
  turn: Turn,
  command: CommandOf<'restore'>,
  candidates: readonly Candidate[],
): Promise<RestorePoint> {
  const lastSeen = candidates.map((candidate) => candidate.lastSeen).filter((point) => point !== undefined);
  if (!command.when && lastSeen.length > 0) return lastSeen.reduce((a, b) => (a.seq < b.seq ? a : b));
  return resolvePoint(
    app.history,
    turn.tenant,
    command.when ?? { kind: 'latest' },
    app.clock.now(),
    turn.timeZone,
  );
}

async function dryRun(
  app: App,
  turn: Turn,
  command: CommandOf<'restore'>,
  input: Parameters<App['restore']['dryRun']>[0],
): Promise<Message> {
  const plan = await app.restore.dryRun(input);
  return {
    view: previewView(
      {
        request: null,
        plan,
        tenantName: await app.tenantName(),
        approverGroup: app.roles.groupName('approver'),
        say: format(command, turn.timeZone),
      },
      viewContext(app, turn),
    ),
  };
}

const asPhrase = (object: NamedObject): ObjectPhrase => ({
  ...(object.type === 'user' || object.type === 'group' ? { type: object.type } : {}),
  name: object.key ?? object.id,
});

const LACKS_POINT: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'POINT_LACKS_OBJECT',
  'TIME_BEFORE_FIRST',
  'TIME_IN_FUTURE',
  'SNAPSHOT_PRUNED',
]);

/** A refused restore point offers the nearest ones as buttons (SPEC R2); `details.nearest` names them, parted by " · ". */
function withNearestPoints(error: unknown, command: CommandOf<'restore'>, turn: Turn): unknown {
  if (!isRewindError(error) || !LACKS_POINT.has(error.code)) return error;
  const suggestions = String(error.details['nearest'] ?? '')
    .split(' · ')
    .flatMap((words) => {
      const seq = Number(/snapshot (\d+)/.exec(words)?.[1] ?? 0);
      if (seq === 0) return [];
      const text = format(
        { ...command, when: { kind: 'snapshot', seq, words: `snapshot ${seq}` } },
        turn.timeZone,
      );
      return [{ title: words.replace(/ \(.*\)$/, ''), text }];
    });
  return new SuggestingError(error.code, error.details, suggestions);
}
