import type { CredentialAction } from '../../services/model/restore.js';
import { objectId } from '../../services/model/ids.js';
import { RewindError } from '../../services/model/errors.js';
import type { Message } from '../answer.js';
import type { App } from '../app.js';
import type { CommandOf, ObjectPhrase } from '../grammar/command.js';
import type { Presenter } from '../present.js';
import { resolveObject } from '../resolve.js';
import { doorOf, type Turn } from '../turn.js';
import { requestCard } from './requests.js';
import type { Act } from '../handlers.js';

type CredentialCommand = CommandOf<'resetPassword'> | CommandOf<'issuePass'> | CommandOf<'revokeSessions'>;

const ACTION: Readonly<Record<CredentialCommand['command'], CredentialAction>> = {
  resetPassword: 'resetPassword',
  issuePass: 'pass',
  revokeSessions: 'revokeSessions',
};

/** `reset password for alice`: a request of its own, with preview and approval as for a restore (SPEC A1). */
export async function credential(
  app: App,
  present: Presenter,
  turn: Turn,
  command: CredentialCommand,
): Promise<readonly Message[]> {
  const phrase: ObjectPhrase = { ...command.object, type: 'user' };
  const { object } = await resolveObject(app, turn, phrase, (name) => ({ ...command, object: name }));
  return [await open(app, present, turn, object.id, ACTION[command.command], command.reason)];
}

/** The buttons of the result card. */
export const start: Act<'credential.start'> = async (app, present, turn, input) => {
  return {
    post: [await open(app, present, turn, input.user, ACTION[input.what], undefined)],
    notice: 'The preview is below.',
  };
};

async function open(
  app: App,
  present: Presenter,
  turn: Turn,
  user: string,
  action: CredentialAction,
  reason: string | undefined,
): Promise<Message> {
  const [candidate] = await app.restore.candidates(turn.tenant, 'user', objectId(user));
  if (!candidate || candidate.state !== 'live')
    throw new RewindError('PLAN_BLOCKED', {
      reason: 'this account is not live',
      hint: 'Restore the account first.',
    });
  const input = {
    requester: turn.person,
    timeZone: turn.timeZone,
    subject: candidate.object,
    action,
    ...(reason ? { reason } : {}),
    ...doorOf(turn),
  };
  const { request } = await app.restore.openCredential(input);
  return requestCard([app, present, turn], request, 'requester');
}
