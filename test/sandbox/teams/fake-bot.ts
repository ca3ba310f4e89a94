/** A bot that speaks the protocol directly over HTTP. */
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { attached } from './messages.js';
import type { Json } from './messages.js';

export const BOT_APP = '22222222-2222-4222-8222-222222222222';
/** What the bot shows to the connector. */
export const CONNECTOR_TOKEN = 'Bearer bot-token';
type KeySet = ReturnType<typeof createRemoteJWKSet>;

export interface HeardActivity extends Json {
  readonly type: string;
  readonly id: string;
  readonly name?: string;
  readonly text?: string;
  readonly value?: Json;
  readonly serviceUrl: string;
  readonly conversation: { readonly id: string; readonly conversationType: string };
  readonly from: { readonly id: string; readonly aadObjectId: string };
}
export type Reaction = { status?: number; body?: unknown; delayInMs?: number } | undefined | void;

export class FakeBot {
  readonly heard: HeardActivity[] = [];
  readonly claims: Json[] = [];
  /** Bearers as they came, of what was taken. */
  readonly tokens: string[] = [];
  react: (activity: HeardActivity, bot: FakeBot) => Promise<Reaction> | Reaction = () => undefined;
  #server: Server | undefined;
  #jwks: KeySet | undefined;

  async listen(openIdKeys: string): Promise<string> {
    // A key that is not known yet is looked up at once.
    this.#jwks = createRemoteJWKSet(new URL(openIdKeys), { cooldownDuration: 0 });
    // A token that does not verify, or a world that is being closed, is answered as a bot would.
    this.#server = createServer((req, res) => {
      this.#serve(req, res).catch(() => res.writeHead(401).end());
    });
    return listen(this.#server, '/api/messages');
  }

  async close(): Promise<void> {
    await close(this.#server);
  }

  heardOf(type: string): HeardActivity[] {
    return this.heard.filter((activity) => activity.type === type);
  }

  /** Calls the connector as the activity's conversation. */
  async connector(
    to: HeardActivity,
    method: string,
    rest: string,
    body?: unknown,
  ): Promise<{ status: number; body: Json; headers: Headers }> {
    return this.call(
      `${to.serviceUrl}v3/conversations/${encodeURIComponent(to.conversation.id)}${rest}`,
      method,
      body,
    );
  }

  /** Posts to the activity's conversation. */
  send(to: HeardActivity, body: Json) {
    return this.connector(to, 'POST', '/activities', body);
  }

  /** Changes a message of its own in the activity's conversation. */
  edit(to: HeardActivity, id: unknown, body: Json) {
    return this.connector(to, 'PUT', `/activities/${String(id)}`, body);
  }

  async call(url: string, method: string, body?: unknown, token = CONNECTOR_TOKEN) {
    const response = await fetch(url, {
      method,
      headers: { 'content-type': 'application/json', authorization: token },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      body: (text === '' ? {} : JSON.parse(text)) as Json,
      headers: response.headers,
    };
  }

  async reply(to: HeardActivity, content: Json): Promise<string> {
    const sent = await this.send(to, { type: 'message', ...content });
    if (sent.status >= 300) throw new Error(`reply failed: ${sent.status} ${JSON.stringify(sent.body)}`);
    return String(sent.body.id);
  }

  replyCard(to: HeardActivity, card: Json): Promise<string> {
    return this.reply(to, { attachments: [attached(card)] });
  }

  async #serve(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of req as AsyncIterable<Buffer>) chunks.push(chunk);
    const activity = JSON.parse(Buffer.concat(chunks).toString()) as HeardActivity;
    const token = (req.headers.authorization ?? '').replace('Bearer ', '');
    const { payload } = await jwtVerify(token, this.#jwks as KeySet, {
      issuer: 'https://api.botframework.com',
      audience: BOT_APP,
    });
    this.claims.push(payload);
    this.tokens.push(token);
    this.heard.push(activity);
    const reaction = (await this.react(activity, this)) ?? {};
    if (reaction.delayInMs !== undefined)
      await new Promise((done) => setTimeout(done, reaction.delayInMs).unref());
    res.writeHead(reaction.status ?? 200, { 'content-type': 'application/json' });
    res.end(reaction.body === undefined ? '' : JSON.stringify(reaction.body));
  }
}

/** @returns the address at a port of its own */
export function listen(server: Server, path: string): Promise<string> {
  // As in the sandbox itself: a busy machine must not end an idle connection while the next request is on its way.
  server.keepAliveTimeout = 65_000;
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () =>
      resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`),
    );
  });
}

export function close(server: Server | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (server === undefined) return resolve();
    server.closeAllConnections();
    server.close(() => resolve());
  });
}
