/**
 * The Bot Framework's token service, as a bot's SDK calls it: people's tokens by connection. Paths and shapes: the operations of
 * botframework-connector 4.23; the flow: teams/FACTS §10.1. Who is signed in is forgotten when the sandbox ends.
 */
import { randomInt, randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import { sendHtml } from '../http.js';
import type { PersonTokens } from '../types.js';
import { HttpProblem, readJson, sendJson } from './http.js';
import type { Person } from './model.js';
import type { Directory } from './people.js';

/** The bot's OAuth connection; what its name is at Azure, the bot's owner chooses. */
export const CONNECTION = 'entra';
const PROVIDER = 'Azure Active Directory v2';
const SIGN_IN_PATH = '/api/oauth/signin';

export interface TokenServiceOptions {
  readonly tokens: PersonTokens;
  readonly directory: Directory;
  readonly botAppId: string;
  readonly baseUrl: () => string;
  readonly verifyToken: (authorization?: string) => Promise<boolean>;
}

const exchangeBody = z.object({ token: z.string().nullish(), uri: z.string().nullish() });
const aadBody = z.object({ resourceUrls: z.array(z.string()).max(20) });
/** What the SDK puts into `state`, in base64. */
const stateBody = z.object({
  connectionName: z.string(),
  msAppId: z.string(),
  conversation: z.object({ user: z.object({ id: z.string() }) }),
});

const fail = (status: number, code: string, message: string): HttpProblem =>
  new HttpProblem(status, { error: { code, message } });

interface Answer {
  readonly status: number;
  readonly body?: unknown;
}

export class TokenService {
  readonly #options: TokenServiceOptions;
  /** By Teams id: whose token it is. Usually the same person. */
  readonly #signedIn = new Map<string, string>();
  /** Sign-ins that were begun, by the id in their link: for which Teams id. */
  readonly #begun = new Map<string, string>();
  /** Six digits that Teams hands to the bot after a pop-up: proof that who signed in sits at this chat. */
  readonly #codes = new Map<string, { readonly mri: string; readonly objectId: string }>();

  constructor(options: TokenServiceOptions) {
    this.#options = options;
  }

  /** The application ID URIs whose tokens Teams gives to this bot. */
  get resources(): readonly string[] {
    const { botAppId } = this.#options;
    return [`api://botid-${botAppId}`, `api://${botAppId}`];
  }

  /** What Teams obtains for the person in the background. @returns null when nobody has the id */
  silentToken(person: Person): Promise<string | null> {
    return this.#options.tokens.forBot(person.objectId);
  }

  /**
   * Somebody signs in at the pop-up of a link.
   * @returns the six digits, or undefined when the link is none of this service
   */
  completeSignIn(link: string, account: Person): string | undefined {
    if (!URL.canParse(link)) return undefined;
    const url = new URL(link);
    const id = url.searchParams.get('signin') ?? '';
    const mri = this.#begun.get(id);
    if (url.origin !== new URL(this.#options.baseUrl()).origin || mri === undefined) return undefined;
    this.#begun.delete(id);
    const code = String(randomInt(100_000, 1_000_000));
    this.#codes.set(code, { mri, objectId: account.objectId });
    return code;
  }

  /** @returns false when the path is not the token service's */
  async handle(req: IncomingMessage, res: ServerResponse, url: URL): Promise<boolean> {
    if (url.pathname === SIGN_IN_PATH && req.method === 'GET') {
      sendHtml(res, 200, SIGN_IN_PAGE);
      return true;
    }
    const name = /^\/api\/(?:usertoken|botsignin)\/(\w+)$/i.exec(url.pathname)?.[1]?.toLowerCase();
    if (name === undefined) return false;
    if (!(await this.#options.verifyToken(req.headers.authorization)))
      throw fail(401, 'Unauthorized', 'Authorization has been denied for this request.');
    const body = req.method === 'POST' ? await readJson(req) : undefined;
    const answer = await this.#answer(`${req.method ?? 'GET'} ${name}`, url.searchParams, body);
    sendJson(res, answer.status, answer.body);
    return true;
  }

  #answer(operation: string, query: URLSearchParams, body: unknown): Promise<Answer> | Answer {
    switch (operation) {
      case 'GET gettoken':
        return this.#getToken(query);
      case 'POST exchange':
        return this.#exchange(query, body);
      case 'DELETE signout':
        this.#signedIn.delete(this.#userOf(query, { connection: false }).mri);
        return { status: 200, body: {} };
      case 'GET gettokenstatus':
        return this.#status(query);
      case 'POST getaadtokens':
        return this.#aadTokens(query, body);
      case 'GET getsigninurl':
        return { status: 200, body: this.#begin(query) };
      case 'GET getsigninresource':
        return {
          status: 200,
          body: {
            signInLink: this.#begin(query),
            tokenExchangeResource: { id: randomUUID(), uri: this.resources[0], providerId: randomUUID() },
          },
        };
      default:
        throw fail(404, 'NotFound', 'No such operation.');
    }
  }

  async #getToken(query: URLSearchParams): Promise<Answer> {
    const { mri } = this.#userOf(query);
    const code = query.get('code');
    if (code !== null && code !== '') {
      const proof = this.#codes.get(code);
      this.#codes.delete(code);
      if (proof?.mri !== mri) return { status: 404 };
      this.#signedIn.set(mri, proof.objectId);
    }
    return (await this.#tokenOf(mri)) ?? { status: 404 };
  }

  async #exchange(query: URLSearchParams, body: unknown): Promise<Answer> {
    const person = this.#userOf(query);
    const wanted = exchangeBody.safeParse(body);
    const token = wanted.success ? wanted.data.token : undefined;
    if (token === undefined || token === null)
      throw fail(400, 'BadRequest', 'A token to exchange is missing.');
    if ((await this.#options.tokens.personOf(token)) !== person.objectId)
      throw fail(400, 'BadRequest', 'The token is not one of this person for this bot.');
    this.#signedIn.set(person.mri, person.objectId);
    return (await this.#tokenOf(person.mri)) ?? { status: 404 };
  }

  #status(query: URLSearchParams): Answer {
    const { mri } = this.#userOf(query, { connection: false });
    // The SDK sends an empty list for all of them.
    const include = query.get('include') || CONNECTION;
    const status = {
      channelId: 'msteams',
      connectionName: CONNECTION,
      hasToken: this.#signedIn.has(mri),
      serviceProviderDisplayName: PROVIDER,
    };
    return { status: 200, body: include.split(',').includes(CONNECTION) ? [status] : [] };
  }

  async #aadTokens(query: URLSearchParams, body: unknown): Promise<Answer> {
    const { mri } = this.#userOf(query);
    const wanted = aadBody.safeParse(body);
    if (!wanted.success) throw fail(400, 'BadRequest', 'resourceUrls is missing.');
    const found: Record<string, unknown> = {};
    for (const resource of wanted.data.resourceUrls) {
      const answer = await this.#tokenOf(mri, resource);
      if (answer !== undefined) found[resource] = answer.body;
    }
    return { status: 200, body: found };
  }

  async #tokenOf(mri: string, resource?: string): Promise<Answer | undefined> {
    const objectId = this.#signedIn.get(mri);
    const issued = objectId === undefined ? null : await this.#options.tokens.onBehalf(objectId, resource);
    if (issued === null) return undefined;
    const body = {
      channelId: 'msteams',
      connectionName: CONNECTION,
      token: issued.token,
      expiration: issued.endsAt.toISOString(),
    };
    return { status: 200, body };
  }

  #begin(query: URLSearchParams): string {
    const state = stateBody.safeParse(decoded(query.get('state') ?? ''));
    if (!state.success) throw fail(400, 'BadRequest', 'state is not one of a bot.');
    if (state.data.msAppId !== this.#options.botAppId)
      throw fail(403, 'Forbidden', 'The bot is not the one that asks.');
    this.#mustBeConnection(state.data.connectionName);
    const id = randomUUID();
    this.#begun.set(id, this.#personOf(state.data.conversation.user.id).mri);
    return `${this.#options.baseUrl()}${SIGN_IN_PATH}?signin=${id}`;
  }

  #userOf(query: URLSearchParams, needs = { connection: true }): Person {
    const channel = query.get('channelId');
    if (channel !== null && channel !== 'msteams')
      throw fail(400, 'BadRequest', 'channelId must be msteams.');
    if (needs.connection || query.has('connectionName'))
      this.#mustBeConnection(query.get('connectionName') ?? '');
    return this.#personOf(query.get('userId') ?? '');
  }

  #mustBeConnection(name: string): void {
    if (name === CONNECTION) return;
    throw fail(400, 'BadRequest', `The bot has no OAuth connection '${name}'; it has '${CONNECTION}'.`);
  }

  #personOf(mri: string): Person {
    const person = this.#options.directory.find(mri);
    if (person?.mri === mri) return person;
    throw fail(400, 'BadRequest', 'userId is not a Teams id of this tenant.');
  }
}

function decoded(state: string): unknown {
  try {
    return JSON.parse(Buffer.from(state, 'base64').toString('utf8'));
  } catch {
    return undefined;
  }
}

const SIGN_IN_PAGE = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Sign in (simulated)</title>
<p>Teams opens this address in a pop-up, and Entra's sign-in follows. In the simulation the button in the chat does both.</p></html>`;
