/** The examples of teams/wire-examples.json, read in place, never copied; and a bot that shows a card with every way to call it. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PersonTokens } from '../../../sandbox/types.js';
import type { Reaction } from './fake-bot.js';
import { answerCard, card, submit } from './messages.js';
import type { Json } from './messages.js';
import { oauthAttached, oauthCard } from './oauth-card.js';
import { startWorld } from './world.js';
import type { World } from './world.js';

interface Wire {
  readonly incoming: Readonly<Record<string, Json>>;
  readonly invokeResponses: Readonly<Record<string, { readonly status: number; readonly body?: Json }>>;
  readonly outgoing: Readonly<Record<string, Json>>;
  readonly connectorErrors: readonly {
    readonly status: number;
    readonly code?: string;
    readonly where?: string;
  }[];
}

const file = join(process.env.CONTRACT_DIR ?? '../shared', 'teams', 'wire-examples.json');
/** Whether they are there; without them nothing is compared. */
export const atHand = existsSync(file);
if (!atHand) console.warn('SKIPPED: no contract data (CONTRACT_DIR); the wire examples are not compared.');
export const wire: Wire = atHand
  ? (JSON.parse(readFileSync(file, 'utf8')) as Wire)
  : {
      incoming: { none: {} },
      invokeResponses: { none: { status: 200 } },
      outgoing: {},
      connectorErrors: [{ status: 400 }],
    };

const personTokens: PersonTokens = {
  forBot: (objectId) => Promise.resolve(`sso ${objectId}`),
  personOf: (token) => Promise.resolve(/^sso (.+)$/.exec(token)?.[1] ?? null),
  onBehalf: (objectId) =>
    Promise.resolve({ token: `graph ${objectId}`, endsAt: new Date('2030-01-01T00:00:00Z') }),
};

/** A world whose people have tokens, as their names. */
export const openWire = (): Promise<World> =>
  startWorld({ personTokens, limits: { actionTimeoutMs: 3_000 } });

/** One card with every way to call the bot. */
const everything = (more: Json = {}): Json =>
  card('everything', {
    body: [
      { type: 'TextBlock', text: 'everything', wrap: true },
      { type: 'Input.Text', id: 'reason', label: 'Why?' },
      {
        type: 'Input.ChoiceSet',
        id: 'point',
        label: 'When?',
        choices: [],
        'choices.data': { type: 'Data.Query', dataset: 'snapshots', associatedInputs: 'auto' },
      },
    ],
    actions: [
      {
        type: 'Action.Execute',
        title: 'Approve',
        verb: 'restore.approve',
        data: { requestId: 'R-1042', rev: 3 },
      },
      submit('Old', { verb: 'restore.approve', requestId: 'R-1042', rev: 3 }),
      submit('Dialog', { msteams: { type: 'task/fetch' }, verb: 'restore.diff', requestId: 'R-1042' }),
    ],
    ...more,
  });

/** Hanna presses a button of that card. */
export const click = (world: World, action: string, where = 'personal', inputs: Json = {}) =>
  world.control('click', { as: 'Hanna', in: where, action, inputs });

/** Posts the card to whoever writes, and answers invokes with what `answers` holds for their name, in turn. */
export function botWith(
  world: World,
  answers: Readonly<Record<string, Reaction[]>>,
  more: (mri: string) => Json = () => ({}),
): void {
  world.bot.react = async (activity, self) => {
    if (activity.type === 'message' && activity.value === undefined)
      await self.replyCard(activity, everything(more(activity.from.id)));
    return activity.type === 'invoke' ? answers[activity.name ?? '']?.shift() : undefined;
  };
}

/** Posts an OAuth card to whoever writes, and answers invokes with `answer`. */
export function botWithOauth(world: World, answer: Reaction, change: Json = {}): void {
  world.bot.react = async (activity, self) => {
    if (activity.type === 'message')
      await self.reply(activity, {
        attachments: [oauthAttached(await oauthCard(world, activity, change))],
      });
    return activity.type === 'invoke' ? answer : undefined;
  };
}

/** What the examples have a bot answer. */
export const example = (name: string): Reaction => wire.invokeResponses[name];

/** Hanna is asked to sign in inside of an action, in the channel; her token is not taken. */
export const login = async (world: World): Promise<void> => {
  world.bot.react = async (activity, self) => {
    if (activity.type === 'message') await self.replyCard(activity, everything());
    if (activity.type !== 'invoke') return undefined;
    const { authentication, state } = activity.value ?? {};
    if (state !== undefined) return answerCard(card('done'));
    return authentication === undefined
      ? {
          body: {
            statusCode: 401,
            type: 'application/vnd.microsoft.activity.loginRequest',
            value: await oauthCard(world, activity),
          },
        }
      : example('adaptiveCardAction.ssoFailed');
  };
  await world.say('Hanna', 'channel');
  await click(world, 'Approve', 'channel');
};

/** Values that tell one activity from another; of all other members the kind is compared. */
const TELLING =
  /(^|\.)(type|name|action|channelId|conversationType|trigger|eventType|textFormat|isGroup|verb|dataset|top|skip|mentioned\.id)$/;
const FREE = /^(text|value\.queryText|entities\.\d+\.mentioned\.name|recipient\.name|from\.name)$/;

/** One line for each member, as 'path: value' where the value tells something, else 'path: kind'. */
export function linesOf(value: unknown, path = ''): string[] {
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value)
      .filter(([name]) => !name.startsWith('_'))
      .flatMap(([name, one]) => linesOf(one, path === '' ? name : `${path}.${name}`));
  }
  const isTelling =
    TELLING.test(path) && !FREE.test(path) && typeof value !== 'object' && !/channelData\..*name$/.test(path);
  return [isTelling ? `${path}: ${String(value)}` : `${path}: ${typeof value}`];
}
