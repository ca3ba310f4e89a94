import { showOnceView } from '../../cards/show-once/data.js';
import { RewindError } from '../../services/model/errors.js';
import type { Handoff } from '../../services/model/handoff.js';
import { personOf } from '../actions/handoff.js';
import type { App } from '../app.js';
import type { RequestPhrase } from '../grammar/command.js';
import { resolveObject, resolveRequest } from '../resolve.js';
import type { Turn } from '../turn.js';
import { viewContext } from '../view-context.js';
import type { Command } from '../handlers.js';

/** `hand over request 31 to tom okafor proven by call back`: names the recipient; without a name, the form. */
export const handOver: Command<'handOver'> = async (app, present, turn, command) => {
  const handoff = await handoffOf(app, turn, command.request);
  const ctx = viewContext(app, turn);
  if (!command.to || !command.proof)
    return [
      {
        view: await present.handoff(handoff, turn.person.objectId, ctx),
        subject: { id: handoff.id, purpose: 'handoff' },
      },
    ];
  const to = await resolveObject(app, turn, { type: 'user', name: command.to }, ({ name }) => ({
    ...command,
    to: name,
  }));
  const recipient = await personOf(app, turn, to.object.id);
  const assigned = await app.handoff.assign(
    turn.tenant,
    handoff.id,
    turn.person,
    recipient,
    command.proof,
    command.note,
  );
  return [
    {
      view: await present.handoff(assigned, turn.person.objectId, ctx),
      subject: { id: assigned.id, purpose: 'handoff' },
    },
  ];
};

/**
 * Break-glass: the recipient's own terminal shows the value, once (SPEC P3). Typed in a chat it would become a message,
 * so there the recipient gets the card whose button opens the dialog; a program that reads data gets none either.
 */
export const reveal: Command<'reveal'> = async (app, present, turn, command) => {
  const handoff = await handoffOf(app, turn, command.request, 'recipient');
  if (turn.door !== 'terminal' || turn.asData)
    return [
      {
        view: await present.handoff(handoff, turn.person.objectId, viewContext(app, turn)),
        subject: { id: handoff.id, purpose: 'handoff' },
      },
    ];
  const shown = await app.handoff.reveal(turn.tenant, handoff.id, turn.person);
  const data = {
    id: handoff.id,
    kind: shown.kind,
    oneTime: shown.value,
    userName: shown.user.name,
    ...(shown.user.key ? { userKey: shown.user.key } : {}),
  };
  return [{ view: showOnceView(data, viewContext(app, turn)) }];
};

async function handoffOf(
  app: App,
  turn: Turn,
  phrase: RequestPhrase,
  side: 'requester' | 'recipient' = 'requester',
): Promise<Handoff> {
  if (side === 'recipient' && phrase === 'last')
    throw new RewindError('COMMAND_INCOMPLETE', {
      text: 'show the pass',
      missing: 'the number of the request',
      example: 'show the pass of request 31',
    });
  const request = await resolveRequest(app, turn, phrase);
  const handoff = await app.handoff.ofRequest(turn.tenant, request.id);
  if (!handoff)
    throw new RewindError('INPUT_INVALID', {
      what: `Request ${request.number} has nothing to hand over.`,
      hint: 'A one-time credential comes with a recreated user, "reset password" and "issue pass", once they are approved.',
    });
  return handoff;
}
