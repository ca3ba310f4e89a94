import type { RestoreRequest } from '../services/model/restore.js';
import type { ObjectPhrase, ParsedCommand } from './grammar/command.js';
import { format } from './grammar/format.js';

/** The sentence that does the same as a request (SPEC C2): exact name, exact time; typed, copied, put into a runbook. */
export function sentenceOf(request: RestoreRequest): string {
  return format(commandOf(request), { timeZone: request.timeZone });
}

function commandOf(request: RestoreRequest): ParsedCommand {
  const objects = request.subjects.map((subject): ObjectPhrase => {
    const name = subject.key ?? subject.id;
    return subject.type === 'user' || subject.type === 'group' ? { type: subject.type, name } : { name };
  });
  const [first, ...rest] = objects;
  if (request.kind === 'undo') return { command: 'undo', request: request.number };
  const object = first ?? { name: '' };
  if (request.kind === 'credential') {
    const commands = {
      resetPassword: 'resetPassword',
      pass: 'issuePass',
      revokeSessions: 'revokeSessions',
    } as const;
    return { command: commands[request.credential ?? 'resetPassword'], object };
  }
  const { options, point } = request;
  return {
    command: 'restore',
    objects: [object, ...rest],
    ...(point
      ? { when: { kind: 'instant', at: point.takenAt, zone: request.timeZone, words: point.takenAt } }
      : {}),
    options: {
      ...(options.withObject ? {} : { withObject: false }),
      with: options.aspects,
      without: [],
      ...(options.mode === 'exact' ? { mode: 'exact' } : {}),
      ...(options.blockSignIn ? { blockSignIn: true } : {}),
      ...(options.onlyProperties
        ? { onlyProperties: options.onlyProperties.map((name) => name.toLowerCase()) }
        : {}),
      ...(options.newUserPrincipalName ? { newUserPrincipalName: options.newUserPrincipalName } : {}),
    },
    dryRun: false,
  };
}
