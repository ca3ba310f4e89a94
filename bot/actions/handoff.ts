import { closedView } from '../../cards/closed/data.js';
import { showOnceView } from '../../cards/show-once/data.js';
import { RewindError } from '../../services/model/errors.js';
import type { Handoff } from '../../services/model/handoff.js';
import { objectId, type HandoffId } from '../../services/model/ids.js';
import type { Person } from '../../services/model/people.js';
import type { App } from '../app.js';
import type { Act } from '../handlers.js';
import type { Turn } from '../turn.js';
import { viewContext } from '../view-context.js';
import type { ActionInput } from './schema.js';

async function handoffOf(app: App, turn: Turn, id: string): Promise<Handoff> {
  const handoff = await app.handoff.get(turn.tenant, id as HandoffId);
  if (!handoff) throw new RewindError('REQUEST_NOT_FOUND');
  return handoff;
}

/** A live, enabled person of the tenant by object id, with their name as the directory has it. */
export async function personOf(app: App, turn: Turn, id: string): Promise<Person> {
  const user = await app.directory.reader.getObject('user', objectId(id));
  if (!user || user.properties['accountEnabled'] === false)
    throw new RewindError('INPUT_INVALID', {
      what: 'This person has no live account in the tenant.',
      hint: 'Choose somebody else.',
    });
  const spec = app.catalog.type('user');
  const upn = spec.keyOf(user.properties);
  return {
    tenant: turn.tenant,
    objectId: user.id,
    name: spec.nameOf(user.properties),
    ...(upn ? { upn } : {}),
  };
}

export const offer: Act<'handoff.offer'> = async (app, present, turn, input) => {
  const handoff = await handoffOf(app, turn, input.id);
  if (handoff.requester.objectId !== turn.person.objectId)
    throw new RewindError('NOT_YOUR_REQUEST', { who: handoff.requester.name });
  const view =
    handoff.state === 'offered'
      ? await present.handoffForm(handoff, viewContext(app, turn))
      : await present.handoff(handoff, turn.person.objectId, viewContext(app, turn));
  return {
    post: [{ view, subject: { id: handoff.id, purpose: 'handoff' } }],
    notice: 'Choose who receives it, below.',
  };
};

/** Who was typed wins over who is chosen in the list, which the user's manager stands in already. */
async function recipientOf(
  app: App,
  turn: Turn,
  { recipient, recipientUpn }: ActionInput<'handoff.assign'>,
): Promise<Person> {
  const typed = (recipientUpn ?? '').trim().toLowerCase();
  if (typed !== '') {
    const found = await app.restore.candidates(turn.tenant, 'user', typed);
    const exact = found.filter(
      ({ object, state }) => state === 'live' && object.key?.toLowerCase() === typed,
    );
    if (exact.length === 1) return personOf(app, turn, exact[0]!.object.id);
    throw new RewindError('INPUT_INVALID', {
      what: `No live account of the tenant has the sign-in name "${typed}".`,
      hint: 'Write the whole sign-in name, or leave it empty and choose from the list.',
    });
  }
  if (!recipient)
    throw new RewindError('INPUT_INVALID', {
      what: 'It is not said yet who receives it.',
      hint: 'Choose somebody from the list, or write their sign-in name.',
    });
  return personOf(app, turn, recipient);
}

export const assign: Act<'handoff.assign'> = async (app, present, turn, input) => {
  const recipient = await recipientOf(app, turn, input);
  const note = input.note?.trim();
  const handoff = await app.handoff.assign(
    turn.tenant,
    input.id as HandoffId,
    turn.person,
    recipient,
    input.proof,
    note === '' ? undefined : note,
  );
  return {
    replace: {
      view: await present.handoff(handoff, turn.person.objectId, viewContext(app, turn)),
      subject: { id: handoff.id, purpose: 'handoff' },
    },
  };
};

export const confirm: Act<'handoff.confirm'> = async (app, present, turn, input) => {
  const handoff = await app.handoff.confirm(turn.tenant, input.id as HandoffId, turn.person);
  return {
    replace: {
      view: await present.handoff(handoff, turn.person.objectId, viewContext(app, turn)),
      subject: { id: handoff.id, purpose: 'handoff' },
    },
  };
};

/** The value exists in this answer only: in a dialog, never in a message (SPEC P3). A card button without a dialog shows nothing. */
export const show: Act<'handoff.show'> = async (app, _present, turn, input) => {
  if (turn.door !== 'dialog')
    throw new RewindError('HANDOFF_NOT_FOR_YOU', { who: 'the dialog of the recipient' });
  const shown = await app.handoff.reveal(turn.tenant, input.id as HandoffId, turn.person);
  return {
    dialog: showOnceView(
      {
        id: input.id,
        kind: shown.kind,
        oneTime: shown.value,
        userName: shown.user.name,
        ...(shown.user.key ? { userKey: shown.user.key } : {}),
      },
      viewContext(app, turn),
    ),
  };
};

export const close: Act<'handoff.close'> = (app, _present, turn) =>
  Promise.resolve(
    turn.door === 'dialog'
      ? {}
      : {
          replace: {
            view: closedView({ title: 'Closed', text: 'The value is gone.' }, viewContext(app, turn)),
          },
        },
  );
