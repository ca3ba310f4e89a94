import type { Context, Middleware, MiddlewareOptions } from '@microsoft/microsoft-graph-client';
import { RewindError } from '../model/errors.js';
import type { Log } from '../model/log.js';
import type { GraphCost } from '../model/directory.js';
import type { GraphAnswer } from './answer.js';
import type { Governor, RequestCost } from './governor.js';
import type { MachineTime } from './machine-time.js';
import type { DirectorySettings, Limits, TokenSource } from './settings.js';

/**
 * What happens to every request, as a chain of Graph-client middleware, outermost first:
 * repeat what is safe to repeat → wait for our share of Graph's limits → sign in → send and read the answer whole.
 * The SDK wraps what middleware throws, so errors and answers travel in `Exchange`, which rides along as a middleware option.
 */
export class Exchange implements MiddlewareOptions {
  answer?: GraphAnswer;
  failure?: unknown;
  constructor(
    /** Absolute, exactly as sent: next links are followed verbatim. */
    readonly url: string,
    /** A write is repeated only when Graph surely did not execute it. */
    readonly kind: 'read' | 'write',
    readonly cost: RequestCost,
  ) {}
}

/** The connection failed before anything was sent, so Graph cannot have executed it. */
export class NotSent extends RewindError {
  constructor(cause: unknown) {
    super('GRAPH_UNREACHABLE', {}, { cause });
  }
}

/** The answer was lost: for a write nobody knows what it did. */
export class AnswerLost extends RewindError {
  constructor(
    readonly why: string,
    cause?: unknown,
  ) {
    super('GRAPH_UNREACHABLE', {}, { cause, message: `GRAPH_UNREACHABLE: ${why}` });
  }
}

export interface PipelineDeps {
  readonly settings: Pick<DirectorySettings, 'graphUrl' | 'clientName'>;
  readonly tokens: TokenSource;
  readonly governor: Governor;
  readonly meter: GraphCost;
  readonly limits: Limits;
  readonly time: MachineTime;
  readonly log: Log;
  readonly fetch: typeof fetch;
  /** Between 0 and 1; spreads repeats. */
  readonly jitter: () => number;
}

export function createPipeline(deps: PipelineDeps): Middleware[] {
  return [new Repeat(deps), new Govern(deps), new SignIn(deps), new Send(deps)];
}

abstract class Link implements Middleware {
  private next: Middleware | undefined;
  constructor(protected readonly deps: PipelineDeps) {}
  setNext(next: Middleware): void {
    this.next = next;
  }
  abstract execute(context: Context): Promise<void>;
  protected async onward(context: Context): Promise<GraphAnswer> {
    await this.next?.execute(context);
    const { answer } = exchangeOf(context);
    if (!answer) throw new AnswerLost('no answer');
    return answer;
  }
}

function exchangeOf(context: Context): Exchange {
  const exchange = context.middlewareControl?.getMiddlewareOptions(Exchange);
  if (exchange instanceof Exchange) return exchange;
  throw new RewindError('INTERNAL', {}, { message: 'INTERNAL: a Graph request without its exchange' });
}

/** Outermost: repeats, and takes what is thrown past the SDK, which would wrap it. */
class Repeat extends Link {
  async execute(context: Context): Promise<void> {
    const exchange = exchangeOf(context);
    try {
      await this.repeat(context, exchange);
    } catch (error) {
      exchange.failure = error;
      throw error;
    }
  }

  private async repeat(context: Context, exchange: Exchange): Promise<void> {
    const { limits, log } = this.deps;
    let throttledInMs = 0;
    for (let attempt = 1; ; attempt += 1) {
      let waitInMs: number;
      try {
        const answer = await this.onward(context);
        if (!mayRepeat(exchange.kind, answer.status)) return;
        const told = answer.retryAfterInMs;
        // "After no time at all" would be asked again for ever.
        waitInMs = told === undefined ? this.backoff(attempt) : Math.max(told, limits.firstBackoffInMs);
        if (answer.status === 429) {
          // Never executed. Waiting it out does not use up tries, but ends some time.
          throttledInMs += waitInMs;
          if (throttledInMs > limits.throttleWaitInMs) return;
          attempt -= told === undefined ? 0 : 1;
          this.deps.governor.pause(waitInMs);
          continue;
        }
        if (attempt >= limits.attempts) return;
      } catch (error) {
        const repeatable =
          error instanceof NotSent || (error instanceof AnswerLost && exchange.kind === 'read');
        if (!repeatable || attempt >= limits.attempts) throw error;
        waitInMs = this.backoff(attempt);
      }
      log.debug({ attempt, waitInMs: Math.round(waitInMs) }, 'graph: request is tried again');
      await this.deps.time.sleep(waitInMs);
    }
  }

  private backoff(attempt: number): number {
    const { firstBackoffInMs, longestBackoffInMs } = this.deps.limits;
    const full = Math.min(longestBackoffInMs, firstBackoffInMs * 2 ** (attempt - 1));
    return full / 2 + (full / 2) * this.deps.jitter();
  }
}

/** 429 was refused before execution; 5xx may have happened, so only reads go again (FACTS §13). */
const mayRepeat = (kind: Exchange['kind'], status: number): boolean =>
  status === 429 ||
  (kind === 'read' && (status === 408 || status === 425 || status >= 500) && status !== 501);

class Govern extends Link {
  async execute(context: Context): Promise<void> {
    const { governor, meter } = this.deps;
    const exchange = exchangeOf(context);
    await governor.admit(exchange.cost);
    meter.requests += 1;
    meter.writes += exchange.cost.writes;
    const answer = await this.onward(context);
    const units = numberIn(context.response?.headers.get('x-ms-resource-unit'));
    meter.resourceUnits += units ?? exchange.cost.units;
    if (answer.status === 429) meter.throttled += 1;
    governor.settle(
      exchange.cost,
      units,
      numberIn(context.response?.headers.get('x-ms-throttle-limit-percentage')),
    );
  }
}

class SignIn extends Link {
  async execute(context: Context): Promise<void> {
    const exchange = exchangeOf(context);
    // A next link is an outside input: our token goes to our Graph only
    if (new URL(exchange.url).origin !== new URL(this.deps.settings.graphUrl).origin)
      throw new RewindError(
        'GRAPH_ANSWER_INVALID',
        {},
        { message: 'Answer of Graph names another host to go on with' },
      );
    await this.attach(context, false);
    const answer = await this.onward(context);
    // A token that was revoked or lost a permission: refused before execution, so once more with a new one is safe
    if (answer.status !== 401) return;
    await this.attach(context, true);
    await this.onward(context);
  }

  private async attach(context: Context, renew: boolean): Promise<void> {
    const token = await this.token(renew);
    const headers = new Headers(context.options?.headers as ConstructorParameters<typeof Headers>[0]);
    headers.set('Authorization', `Bearer ${token}`);
    context.options = { ...context.options, headers };
  }

  private async token(renew: boolean): Promise<string> {
    try {
      return await this.deps.tokens.token(renew);
    } catch (error) {
      if (error instanceof RewindError && error.retryable) throw new NotSent(error);
      throw error;
    }
  }
}

class Send extends Link {
  async execute(context: Context): Promise<void> {
    const exchange = exchangeOf(context);
    delete exchange.answer;
    const { method, headers, body } = (context.options ?? {}) as RequestInit;
    const signal = AbortSignal.timeout(this.deps.limits.timeoutInMs);
    try {
      const response = await this.deps.fetch(exchange.url, {
        method,
        headers,
        body,
        signal,
        // Graph does not redirect; following one could carry our token elsewhere
        redirect: 'manual',
      });
      context.response = response;
      exchange.answer = {
        status: response.status,
        body: jsonOf(await response.text()),
        requestId: response.headers.get('request-id') ?? '',
        retryAfterInMs: retryAfterOf(response.headers),
      };
    } catch (cause) {
      throw failedBeforeSending(cause) ? new NotSent(cause) : new AnswerLost(wordsOf(cause), cause);
    }
  }
}

/** Text that is not JSON (a gateway's page) stays text; whoever needs a shape will refuse it. */
function jsonOf(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** Seconds (whole or not), or a date, which is read against the answer's own Date. */
export function retryAfterOf(headers: { get(name: string): string | null | undefined }): number | undefined {
  const value = headers.get('retry-after')?.trim();
  if (!value) return undefined;
  if (/^\d+(\.\d+)?$/.test(value)) return Number(value) * 1_000;
  const delay = Date.parse(value) - Date.parse(headers.get('date') ?? '');
  return Number.isFinite(delay) && delay >= 0 ? delay : undefined;
}

function numberIn(value: string | null | undefined): number | undefined {
  const number = Number(value ?? Number.NaN);
  return Number.isFinite(number) ? number : undefined;
}

const NEVER_CONNECTED =
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT|ERR_TLS_.*|CERT_.*|SELF_SIGNED_.*|DEPTH_ZERO_.*|UNABLE_TO_.*)$/;

/** fetch hides the reason in `cause`, and several tried addresses in an AggregateError. */
function failedBeforeSending(error: unknown): boolean {
  const { code, errors, cause } = (error ?? {}) as { code?: unknown; errors?: unknown; cause?: unknown };
  if (typeof code === 'string' && NEVER_CONNECTED.test(code)) return true;
  if (Array.isArray(errors) && errors.length > 0) return errors.every(failedBeforeSending);
  return cause !== undefined && cause !== null && failedBeforeSending(cause);
}

function wordsOf(error: unknown): string {
  const { name, cause } = (error ?? {}) as { name?: unknown; cause?: { code?: unknown } };
  if (name === 'TimeoutError') return 'no answer in time';
  return typeof cause?.code === 'string' ? `connection lost (${cause.code})` : 'connection lost';
}
