import { errorView as errorCard } from '../cards/error/data.js';
import { formatClock } from '../cards/format.js';
import type { View } from '../cards/views.js';
import { isRewindError, RewindError } from '../services/model/errors.js';
import type { App } from './app.js';
import { errorFields } from './log.js';
import type { Turn } from './turn.js';
import { viewContext } from './view-context.js';

/** Sentences that would work instead, carried by errors that know some. */
export class SuggestingError extends RewindError {
  constructor(
    code: RewindError['code'],
    details: RewindError['details'],
    readonly suggestions: readonly { readonly title: string; readonly text: string }[],
  ) {
    super(code, details);
  }
}

/**
 * The one error boundary towards people: what happened, what was not done, what to do next, and a reference that finds the log
 * line. Never a stack, never a body of Graph's (SPEC C5).
 */
export function errorView(error: unknown, turn: Turn, app: App): View {
  const known = isRewindError(error) ? error : new RewindError('INTERNAL', {}, { cause: error });
  const fields = { ref: turn.reference, door: turn.door, person: turn.person.objectId, code: known.code };
  if (known.code === 'INTERNAL') app.log.error({ ...fields, ...errorFields(error) }, 'a turn failed');
  else app.log.info({ ...fields, ...untold(known) }, 'answered with an error');
  return errorCard(
    {
      error: new RewindError(known.code, inWordsOfTheClock(known.details, turn.timeZone, app.clock.now())),
      ref: turn.reference,
      typed: turn.door === 'text' || turn.door === 'terminal',
      suggestions: known instanceof SuggestingError ? known.suggestions : [],
    },
    viewContext(app, turn),
  );
}

/** What the log line has beyond the person's text: what went wrong below, never what somebody typed. */
const untold = (error: RewindError): Record<string, unknown> => ({
  ...(error.message === `${error.code}: ${error.userText}` ? {} : { error: error.message }),
  ...(error.cause === undefined ? {} : { cause: errorFields(error.cause) }),
});

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

/** Services know instants; a person reads them in their own zone. */
const inWordsOfTheClock = (
  details: RewindError['details'],
  timeZone: string,
  now: Date,
): RewindError['details'] =>
  Object.fromEntries(
    Object.entries(details).map(([name, value]) => [
      name,
      typeof value === 'string' && INSTANT.test(value) ? formatClock(value, timeZone, now) : value,
    ]),
  );
