/** Brings activities to the bot, signed as the Teams channel signs them. */
import type { SigningKey } from '../keys.js';
import { signJwt } from '../keys.js';

export const CHANNEL_ISSUER = 'https://api.botframework.com';
/** Inside the 5 to 60 minutes of the real channel's tokens. */
const TOKEN_LIFE_IN_SECONDS = 15 * 60;
const TOKEN_REUSE_IN_MS = 5 * 60 * 1_000;

export interface BotAnswer {
  /** null: no answer came. */
  readonly status: number | null;
  readonly body?: unknown;
  readonly problem?: 'no bot' | 'unreachable' | 'timeout' | 'refused';
  readonly tookInMs: number;
}

export interface BotClientOptions {
  /** Signs from now on. */
  readonly key: () => SigningKey;
  readonly botAppId: string;
  readonly botUrl: () => string | null;
}

export class BotClient {
  readonly #options: BotClientOptions;
  readonly #tokens = new Map<string, { token: string; until: number }>();

  constructor(options: BotClientOptions) {
    this.#options = options;
  }

  /** Posts one activity and waits for the bot's HTTP answer. Never throws. */
  async deliver(activity: Readonly<Record<string, unknown>>, timeoutInMs: number): Promise<BotAnswer> {
    const url = this.#options.botUrl();
    const startedAt = performance.now();
    const took = (): number => Math.round(performance.now() - startedAt);
    if (url === null) return { status: null, problem: 'no bot', tookInMs: 0 };
    const signal = AbortSignal.timeout(timeoutInMs);
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json; charset=utf-8',
          authorization: `Bearer ${await this.#token(String(activity.serviceUrl))}`,
        },
        body: JSON.stringify(activity),
        signal,
      });
      const text = await response.text();
      return {
        status: response.status,
        ...(text === '' ? {} : { body: parsed(text) }),
        ...(response.status === 401 || response.status === 403 ? { problem: 'refused' as const } : {}),
        tookInMs: took(),
      };
    } catch {
      return { status: null, problem: signal.aborted ? 'timeout' : 'unreachable', tookInMs: took() };
    }
  }

  async #token(serviceUrl: string): Promise<string> {
    const key = this.#options.key();
    const known = this.#tokens.get(`${key.kid} ${serviceUrl}`);
    if (known !== undefined && known.until > performance.now()) return known.token;
    const token = await signJwt(
      key,
      { serviceurl: serviceUrl },
      {
        issuer: CHANNEL_ISSUER,
        audience: this.#options.botAppId,
        lifeInSeconds: TOKEN_LIFE_IN_SECONDS,
      },
    );
    this.#tokens.set(`${key.kid} ${serviceUrl}`, { token, until: performance.now() + TOKEN_REUSE_IN_MS });
    return token;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
