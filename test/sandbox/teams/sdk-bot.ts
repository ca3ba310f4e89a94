/** Microsoft's own bot SDK, unmodified, on a port of its own, in a sandbox Teams. */
import { CloudAdapter, ConfigurationBotFrameworkAuthentication } from 'botbuilder';
import type { TurnContext } from 'botbuilder';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { PersonTokens } from '../../../sandbox/types.js';
import { BOT_APP } from './fake-bot.js';
import { TENANT, startWorld } from './world.js';
import type { World } from './world.js';

type Credentials = ConstructorParameters<typeof ConfigurationBotFrameworkAuthentication>[1];
export type Logic = (context: TurnContext) => Promise<void>;

export interface SdkBot {
  readonly world: World;
  readonly adapter: CloudAdapter;
  /** What went wrong inside of turns. */
  readonly trouble: string[];
  logic: Logic;
  close(): Promise<void>;
}

const credentials = {
  isValidAppId: (appId: string) => Promise.resolve(appId === BOT_APP),
  isAuthenticationDisabled: () => Promise.resolve(false),
  createCredentials: () =>
    Promise.resolve({
      signRequest: (request: { headers: { set(name: string, value: string): void } }) => {
        request.headers.set('authorization', 'Bearer bot-token');
        return Promise.resolve(request);
      },
    }),
} as unknown as Credentials;

/** Tokens that say whose they are and for what; the authority's own are proved in sign-in.test.ts. */
const personTokens: PersonTokens = {
  forBot: (objectId) => Promise.resolve(`sso ${objectId}`),
  personOf: (token) => Promise.resolve(/^sso (.+)$/.exec(token)?.[1] ?? null),
  onBehalf: (objectId, resource = 'graph') =>
    Promise.resolve({ token: `${resource} ${objectId}`, endsAt: new Date(Date.now() + 3_600_000) }),
};

/** @param prepare  what happens before the SDK hears anything */
export async function startSdkBot(prepare?: (world: World) => Promise<unknown>): Promise<SdkBot> {
  const world = await startWorld({ personTokens });
  await prepare?.(world);
  const trouble: string[] = [];
  const settings = {
    MicrosoftAppId: BOT_APP,
    MicrosoftAppPassword: 'unused',
    MicrosoftAppType: 'SingleTenant',
    MicrosoftAppTenantId: TENANT,
    ToChannelFromBotLoginUrl: `${world.base}/unused`,
    ToChannelFromBotOAuthScope: 'https://api.botframework.com',
    ToBotFromChannelTokenIssuer: 'https://api.botframework.com',
    OAuthUrl: world.base,
    ToBotFromChannelOpenIdMetadataUrl: `${world.base}/openid`,
    ToBotFromEmulatorOpenIdMetadataUrl: `${world.base}/openid`,
    CallerId: 'urn:botframework:azure',
    ValidateAuthority: 'true',
  };
  const adapter = new CloudAdapter(new ConfigurationBotFrameworkAuthentication(settings, credentials));
  adapter.onTurnError = (_context, error) => {
    trouble.push(error.message);
    return Promise.resolve();
  };
  const endpoint = createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      const answer = {
        socket: res.socket,
        header: (name: string, value: unknown) => res.setHeader(name, String(value)),
        status: (code: number) => {
          res.statusCode = code;
          return answer;
        },
        send: (body: unknown) => res.write(typeof body === 'string' ? body : JSON.stringify(body)),
        end: () => res.end(),
      };
      const body = JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>;
      const request = { headers: req.headers as Record<string, string[]>, method: 'POST', body };
      void adapter.process(request, answer as never, (context) => bot.logic(context));
    });
  });
  await new Promise<void>((resolve) => endpoint.listen(0, '127.0.0.1', resolve));
  world.teams.setBotUrl(`http://127.0.0.1:${(endpoint.address() as AddressInfo).port}/api/messages`);
  const bot: SdkBot = {
    world,
    adapter,
    trouble,
    logic: () => Promise.resolve(),
    close: async () => {
      await world.close();
      endpoint.closeAllConnections();
      await new Promise((resolve) => endpoint.close(resolve));
    },
  };
  return bot;
}
