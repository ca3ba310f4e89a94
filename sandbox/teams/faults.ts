/** Trouble on request, each used up after `times`. */
import { z } from 'zod';
import type { HttpProblem } from './http.js';
import { fail } from './outgoing.js';

/** Why a client gives up on a silent sign-in. */
export const SIGN_IN_FAILURES = [
  'installappfailed',
  'authrequestfailed',
  'installedappnotfound',
  'invokeerror',
  'resourcematchfailed',
  'oauthcardnotvalid',
  'tokenmissing',
] as const;
export type SignInFailure = (typeof SIGN_IN_FAILURES)[number];

export const faultSchema = z.discriminatedUnion('kind', [
  /** The connector answers the bot's next calls with an error of teams/wire-examples.json. */
  z.object({
    kind: z.literal('connector'),
    status: z.number().int().min(400).max(599),
    /** As the table says for the status, where it is left out. */
    code: z.string().optional(),
    retryAfterInSeconds: z.number().int().nonnegative().optional(),
    /** The message is kept all the same, as after a 504. */
    afterTheWrite: z.boolean().default(false),
    times: z.number().int().positive().default(1),
  }),
  /** Teams delivers the next activities twice, with the same id. */
  z.object({ kind: z.literal('deliverTwice'), times: z.number().int().positive().default(1) }),
  /** The client cannot get a token in the background, and tells the bot by signin/failure (teams/FACTS §10.1). */
  z.object({
    kind: z.literal('signInFailure'),
    code: z.enum(SIGN_IN_FAILURES),
    times: z.number().int().positive().default(1),
  }),
]);
export type TeamsFault = z.infer<typeof faultSchema>;
export type ConnectorFault = Extract<TeamsFault, { kind: 'connector' }>;

/** One of the codes that teams/wire-examples.json has for the status; it has none for 503 and 504. */
const CODES: Readonly<Record<number, string>> = {
  400: 'Bad Argument',
  401: 'BotNotRegistered',
  403: 'BotNotInConversationRoster',
  404: 'ConversationNotFound',
  412: 'PreconditionFailed',
  413: 'MessageSizeTooBig',
  429: 'Throttled',
  502: 'ServiceError',
};
/** Told in `error.message.subCode`, an older shape. */
const SUB_CODES: ReadonlySet<string> = new Set(['MessageWritesBlocked']);

/** The connector's answer under a fault. */
export function troubleOf({ status, code, retryAfterInSeconds }: ConnectorFault): HttpProblem {
  const known = code ?? CODES[status] ?? 'ServiceError';
  const wait = retryAfterInSeconds === undefined ? undefined : { 'retry-after': String(retryAfterInSeconds) };
  return SUB_CODES.has(known)
    ? fail(status, 'Forbidden', { subCode: known, details: 'Made on request.' }, wait)
    : fail(status, known, 'Made on request.', wait);
}

export class TeamsFaults {
  #waiting: TeamsFault[] = [];

  add(fault: TeamsFault): void {
    this.#waiting.push({ ...fault });
  }

  clear(): void {
    this.#waiting = [];
  }

  list(): readonly TeamsFault[] {
    return this.#waiting;
  }

  takeConnector(): ConnectorFault | undefined {
    return this.#take('connector') as ConnectorFault | undefined;
  }

  takeDeliverTwice(): boolean {
    return this.#take('deliverTwice') !== undefined;
  }

  takeSignInFailure(): SignInFailure | undefined {
    return (this.#take('signInFailure') as Extract<TeamsFault, { kind: 'signInFailure' }> | undefined)?.code;
  }

  #take(kind: TeamsFault['kind']): TeamsFault | undefined {
    const fault = this.#waiting.find((one) => one.kind === kind);
    if (fault === undefined) return undefined;
    fault.times -= 1;
    this.#waiting = this.#waiting.filter((one) => one.times > 0);
    return fault;
  }
}
