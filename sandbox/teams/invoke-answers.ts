/** Reads what a bot answers to adaptiveCard/action, by the table of teams/FACTS §3: type, statusCode and value belong together. */
import { z } from 'zod';
import type { BotAnswer } from './bot-client.js';
import { isRecord } from './model.js';
import type { Card } from './model.js';

export interface ActionAnswer {
  /** Replaces what this person sees of the message. */
  readonly card?: Card;
  /** What the client says where it is not a card. */
  readonly note?: string;
  /** The bot asks the person to sign in (content of an OAuth card). */
  readonly signIn?: Card;
  /** Why a sign-in that went along was not taken. */
  readonly refused?: 'precondition' | 'code';
}

interface Row {
  readonly statusCodes: readonly number[];
  readonly read: (value: unknown) => ActionAnswer | undefined;
}

const problem = z.looseObject({ code: z.string(), message: z.string() });
const messageOf = (value: unknown): string | undefined => problem.safeParse(value).data?.message;

const wrongCode: Row = {
  statusCodes: [401],
  read: (value) =>
    value === undefined || value === null
      ? { note: 'The sign-in code was not right.', refused: 'code' }
      : undefined,
};

const TABLE: Readonly<Record<string, Row>> = {
  'application/vnd.microsoft.card.adaptive': {
    statusCodes: [200],
    read: (value) => (isRecord(value) ? { card: value } : undefined),
  },
  'application/vnd.microsoft.activity.message': {
    statusCodes: [200],
    read: (value) => (typeof value === 'string' ? { note: value } : undefined),
  },
  'application/vnd.microsoft.error': {
    statusCodes: [400, 500],
    read: (value) => {
      const note = messageOf(value);
      return note === undefined ? undefined : { note };
    },
  },
  'application/vnd.microsoft.error.preconditionFailed': {
    statusCodes: [412],
    read: (value) => {
      const note = messageOf(value);
      return note === undefined ? undefined : { note, refused: 'precondition' };
    },
  },
  'application/vnd.microsoft.activity.loginRequest': {
    statusCodes: [401],
    read: (value) => (isRecord(value) ? { note: 'Sign in to continue.', signIn: value } : undefined),
  },
  'application/vnd.microsoft.error.invalidAuthCode': wrongCode,
  // With its mistake, an older page's.
  'application/vnd.microsoft.error.inccorectAuthCode': wrongCode,
};

/** @returns undefined when it is none of the table: HTTP other than 200, an unknown type, a statusCode or value of another row */
export function readActionAnswer({ status, body }: BotAnswer): ActionAnswer | undefined {
  if (status !== 200 || !isRecord(body) || typeof body.type !== 'string') return undefined;
  const row = Object.hasOwn(TABLE, body.type) ? TABLE[body.type] : undefined;
  return row?.statusCodes.includes(Number(body.statusCode)) === true ? row.read(body.value) : undefined;
}
