import { whichOneView } from '../cards/which-one/data.js';
import { RewindError } from '../services/model/errors.js';
import type { RestoreRequest } from '../services/model/restore.js';
import type { Candidate } from '../services/model/restore-service.js';
import type { Message } from './answer.js';
import type { App } from './app.js';
import { SuggestingError } from './errors.js';
import type { ObjectPhrase, ParsedCommand, RequestPhrase } from './grammar/command.js';
import { distance } from './grammar/nearest.js';
import { format, parse } from './grammar/parse.js';
import { formatWhen, parseWhen } from './grammar/when.js';
import type { Turn } from './turn.js';
import { viewContext } from './view-context.js';

/** Thrown as a value would be returned: the sentence cannot go on before the person has chosen. */
export class NeedsChoice extends RewindError {
  constructor(readonly picker: Message) {
    super('COMMAND_INCOMPLETE', { text: '', missing: 'a choice', example: '' });
  }
}

/** Stands in a sentence where the chosen object's id goes. */
export const CHOICE = '{choice}';

/**
 * The one object that a name means. Nothing is guessed: several matches become a picker, none the nearest names.
 * @param withChoice the sentence with {@link CHOICE} in the place of this name
 * @throws OBJECT_NOT_FOUND with the closest, NeedsChoice with the picker
 */
export async function resolveObject(
  app: App,
  turn: Turn,
  phrase: ObjectPhrase,
  withChoice: (name: ObjectPhrase) => ParsedCommand,
): Promise<Candidate> {
  const candidates = await app.restore.candidates(turn.tenant, phrase.type ?? null, phrase.name);
  if (candidates.length === 1) return candidates[0]!;
  const sentence = (name: string, type?: ObjectPhrase['type']) =>
    asSpoken(app, turn, withChoice({ name, ...(type ? { type } : {}) }));
  if (candidates.length > 1) {
    const ctx = viewContext(app, turn);
    throw new NeedsChoice({
      view: whichOneView(
        {
          name: phrase.name,
          candidates,
          sentence: sentence(CHOICE, phrase.type),
          say: sentence(phrase.name, phrase.type),
        },
        ctx,
      ),
    });
  }
  const timed = await nameThenTime(app, turn, phrase, withChoice);
  if (timed) throw timed;
  const closest = await closestNames(app, turn, phrase);
  throw new SuggestingError(
    'OBJECT_NOT_FOUND',
    {
      type: phrase.type ?? 'user or group',
      name: phrase.name,
      closest:
        closest.length > 0
          ? `Closest: ${closest.map(({ object }) => object.name).join(', ')}.`
          : 'Try a part of the name, the sign-in name or the object id.',
    },
    closest.map(({ object }) => ({
      title: object.name,
      text: sentence(object.key ?? object.id, phrase.type),
    })),
  );
}

const TIME_WORDS_AT_MOST = 4;

/** "restore user alice yesterday": the name is followed by a time without "from". Nothing is guessed: the whole sentence is offered. */
async function nameThenTime(
  app: App,
  turn: Turn,
  phrase: ObjectPhrase,
  withChoice: (name: ObjectPhrase) => ParsedCommand,
): Promise<SuggestingError | null> {
  const words = phrase.name.split(/\s+/);
  const ctx = { now: app.clock.now(), timeZone: turn.timeZone };
  for (let from = Math.max(1, words.length - TIME_WORDS_AT_MOST); from < words.length; from += 1) {
    const when = parseWhen(words.slice(from).join(' '), ctx);
    if (when === null) continue;
    const name = words.slice(0, from).join(' ');
    const command = withChoice({ ...phrase, name });
    if (command.command !== 'restore' && command.command !== 'show') return null;
    if ((await app.restore.candidates(turn.tenant, phrase.type ?? null, name)).length === 0) return null;
    const text = asSpoken(app, turn, { ...command, when });
    return new SuggestingError(
      'OBJECT_NOT_FOUND',
      { type: phrase.type ?? 'user or group', name: phrase.name, closest: `Did you mean: ${text}` },
      [{ title: text, text }],
    );
  }
  return null;
}

/** The canonical sentence, but a day in the words it was said in ("yesterday"), so that the cards can echo them. */
function asSpoken(app: App, turn: Turn, command: ParsedCommand): string {
  const canonical = format(command, turn.timeZone);
  const when = 'when' in command ? command.when : undefined;
  if (when?.kind !== 'day') return canonical;
  const spoken = canonical.replace(formatWhen(when, turn.timeZone), `from ${when.words}`);
  const again = parse(spoken, {
    now: app.clock.now(),
    timeZone: turn.timeZone,
    ...(turn.locale ? { locale: turn.locale } : {}),
  });
  return 'when' in again && again.when?.kind === 'day' && again.when.date === when.date ? spoken : canonical;
}

/** At most three objects whose names are near a mistyped one ("alcie"). */
async function closestNames(app: App, turn: Turn, phrase: ObjectPhrase): Promise<readonly Candidate[]> {
  const typed = phrase.name.toLowerCase();
  const starts = new Set(
    [typed.slice(0, 3), typed.slice(0, 2), typed.slice(0, 1)].filter((start) => start.length > 0),
  );
  const seen = new Map<string, Candidate>();
  for (const start of starts) {
    for (const candidate of await app.restore.candidates(turn.tenant, phrase.type ?? null, start))
      seen.set(candidate.object.id, candidate);
    if (seen.size >= 200) break;
  }
  return [...seen.values()]
    .map((candidate) => ({ candidate, edits: nearness(typed, candidate) }))
    .filter(({ edits }) => edits <= Math.max(2, Math.floor(typed.length / 3)))
    .sort((a, b) => a.edits - b.edits || a.candidate.object.name.localeCompare(b.candidate.object.name))
    .slice(0, 3)
    .map(({ candidate }) => candidate);
}

function nearness(typed: string, { object }: Candidate): number {
  const words = [
    object.name,
    ...object.name.split(/\s+/),
    object.key ?? '',
    (object.key ?? '').split('@')[0] ?? '',
  ];
  return Math.min(...words.filter((word) => word !== '').map((word) => distance(typed, word.toLowerCase())));
}

/** "request 31" or "last": the newest request of this person (for an approver: the newest that waits for one). */
export async function resolveRequest(
  app: App,
  turn: Turn,
  phrase: RequestPhrase,
  side: 'requester' | 'approver' = 'requester',
): Promise<RestoreRequest> {
  const all = await app.restore.list(
    turn.tenant,
    side === 'approver' && phrase === 'last' ? { states: ['waiting'] } : {},
  );
  const found =
    phrase === 'last'
      ? all.find(
          (request) => (side === 'requester') === (request.requester.objectId === turn.person.objectId),
        )
      : all.find((request) => request.number === phrase);
  if (!found) throw new RewindError('REQUEST_NOT_FOUND');
  return found;
}
