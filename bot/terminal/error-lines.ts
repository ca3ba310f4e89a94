import { isRewindError, RewindError } from '../../services/model/errors.js';

/** An error for a person at a terminal, where no card is: code and what happened, then what was not done and what to do next. */
export function errorLines(error: unknown): string {
  const known = isRewindError(error) ? error : new RewindError('INTERNAL', {}, { cause: error });
  const what =
    known.code === 'INTERNAL' && error instanceof Error
      ? `${known.userText} (${error.message})`
      : known.userText;
  return `${known.code} · ${what}\n${known.notDone} ${known.hint}`;
}

/** An error as `--json` prints it. */
export const errorData = (error: RewindError): Readonly<Record<string, string>> => ({
  code: error.code,
  text: error.userText,
  notDone: error.notDone,
  hint: error.hint,
});

const BUSY = 'Free that port, or set another PORT.';
const OTHERWISE = 'Start again; if it stays, LOG_LEVEL=debug tells more.';

/** The same for a start that failed for a reason that nobody foresaw: never a stack. */
export function startErrorLines(error: unknown, what: string): string {
  if (isRewindError(error) && error.code !== 'INTERNAL') return errorLines(error);
  const reason = error instanceof Error ? error.message : String(error);
  const hint = (error as { code?: unknown } | null)?.code === 'EADDRINUSE' ? BUSY : OTHERWISE;
  return errorLines(new RewindError('START_FAILED', { what, reason: `${reason}.`, hint }, { cause: error }));
}
