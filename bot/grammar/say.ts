import type { NamedObject } from '../../services/model/plan.js';
import type { RestoreRequest } from '../../services/model/restore.js';
import type { ObjectPhrase, ParsedCommand } from './command.js';
import { format } from './parse.js';

/**
 * The sentence that would do the same as a card (SPEC C2): by sign-in name or ID and exact time, so that it means one thing only.
 * @param leaveOut names of the lines that are left out, as the plan's lines are called
 */
export function sayRequest(
  request: RestoreRequest,
  undoesNumber?: number,
  leaveOut: readonly string[] = [],
): string {
  const [first, ...others] = request.subjects.map(phraseOf);
  // What an undelete brought back is taken away by the request that was opened for it, and by no sentence.
  if (first === undefined || request.follows !== undefined) return `request ${request.number}`;
  if (request.kind === 'undo') return `undo ${undoesNumber ?? 'last'}`;
  if (request.kind === 'credential') return format(credential(request, first), request.timeZone);
  const { options, point, reason } = request;
  return format(
    {
      command: 'restore',
      objects: [first, ...others],
      ...(point === null
        ? {}
        : { when: { kind: 'instant', at: spokenInstant(point.takenAt), zone: request.timeZone, words: '' } }),
      options: {
        with: options.aspects,
        without: [],
        ...(leaveOut.length === 0 ? {} : { leaveOut }),
        ...(options.withObject ? {} : { withObject: false }),
        ...(options.mode === 'exact' ? { mode: 'exact' as const } : {}),
        ...(options.blockSignIn ? { blockSignIn: true } : {}),
        ...(options.onlyProperties === null ? {} : { onlyProperties: options.onlyProperties }),
        ...(options.newUserPrincipalName === undefined
          ? {}
          : { newUserPrincipalName: options.newUserPrincipalName }),
      },
      ...(reason === undefined || reason === '' ? {} : { reason }),
      dryRun: false,
    },
    request.timeZone,
  );
}

function credential({ credential, reason }: RestoreRequest, object: ObjectPhrase): ParsedCommand {
  const rest = { object, ...(reason === undefined || reason === '' ? {} : { reason }) };
  if (credential === 'pass') return { command: 'issuePass', ...rest };
  if (credential === 'revokeSessions') return { command: 'revokeSessions', ...rest };
  return { command: 'resetPassword', ...rest };
}

const phraseOf = ({ type, id, key }: NamedObject): ObjectPhrase => ({
  ...(type === 'user' || type === 'group' ? { type } : {}),
  name: key ?? id,
});

/** An instant means the latest snapshot at or before it: never round below the snapshot's own time. */
/**
 * The shortest time that means this snapshot: the minute, where the run began with it (as scheduled ones do), else the second after it.
 */
function spokenInstant(iso: string): string {
  const at = Date.parse(iso);
  const minute = at - (at % 60_000);
  return new Date(
    at - minute < BEGAN_WITH_THE_MINUTE_MS ? minute : Math.ceil(at / 1000) * 1000,
  ).toISOString();
}

const BEGAN_WITH_THE_MINUTE_MS = 10_000;
