import { randomUUID } from 'node:crypto';
import type {
  ContractChecker,
  SimRequest,
  SimResponse,
  VerifiedToken,
  VerifyToken,
  Violation,
} from '../../types.js';
import type { TenantCore } from '../core.js';
import { graphAppId } from '../permissions/graph-permissions.js';
import { permit } from '../permissions/permit.js';
import type { JsonValue } from '../state/types.js';
import type { Envelope } from './envelope.js';
import { runBatch } from './batch.js';
import { Call, type Answer } from './call.js';
import { readsAnyCase, speltBody, speltQuery } from './casing.js';
import { concurrentWriters, errorBody, GraphError, malformed, serviceFailure } from './errors.js';
import type { FaultName } from './faults.js';
import { canonicalPath } from './paths.js';
import { isWrite, resourceUnits } from './resource-units.js';
import { segmentsOf, type Match, type Router } from './router.js';
import { areaOf, tooManyRequests, type Throttle } from './throttle.js';

const jsonType =
  'application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8';

export interface Tally {
  requests: number;
  resourceUnits: number;
  writes: number;
  throttled: number;
  violations: Violation[];
}

/** Violations kept word for word; later ones are only counted. */
const violationsKept = 1000;

/** Serves requests of one tenant: token, faults, limits, route, permissions, contract, headers. */
export class GraphServer {
  readonly tally: Tally = { requests: 0, resourceUnits: 0, writes: 0, throttled: 0, violations: [] };
  readonly violationsByClient: Record<string, number> = {};

  constructor(
    private readonly core: TenantCore,
    private readonly router: Router,
    private readonly throttle: Throttle,
    private readonly verify: VerifyToken,
    private readonly contract: ContractChecker | null,
    /** https://localhost:4102, where tokens are to be had. */
    private readonly authority: () => string,
  ) {}

  async handle(received: SimRequest): Promise<SimResponse> {
    this.tally.requests += 1;
    const request = { ...received, path: canonicalPath(received.path, this.core.tenantId) };
    const headers = lowerCased(request.headers);
    const requestId = randomUUID();
    const ids = { requestId, clientRequestId: headers['client-request-id'] ?? requestId };
    const base = { 'request-id': ids.requestId, 'client-request-id': ids.clientRequestId };
    const { faults } = this.core;
    const fault = (...names: FaultName[]) => faults.strike(names, request.method, request.path);
    if (fault('resetBefore')) return { status: 0, headers: {}, reset: true };
    const verified = await this.verify(headers['authorization']);
    const expired = fault('tokenExpired') ? 'Lifetime validation failed, the token is expired.' : null;
    if (expired !== null || 'failure' in verified) {
      const message = expired ?? ('failure' in verified ? verified.failure : '');
      const headers = { 'www-authenticate': challengeOf(this.authority()) };
      const refusal = new GraphError(401, 'InvalidAuthenticationToken', message, { headers });
      return this.refuse(refusal, base, ids, request.path);
    }
    const envelope: Envelope = {
      method: request.method.toUpperCase(),
      path: request.path,
      search: request.query,
      headers,
      bytes: request.body,
      ids,
      client: clientOf(headers, verified),
    };
    if (/^\/(v1\.0|beta)\/\$batch$/i.test(request.path)) return this.batch(envelope, verified, base);
    const answer = this.one(envelope, verified);
    return { ...answer, headers: { ...base, ...answer.headers } };
  }

  private batch(
    envelope: Envelope,
    token: VerifiedToken,
    base: Readonly<Record<string, string>>,
  ): SimResponse {
    try {
      if (envelope.method !== 'POST')
        throw new GraphError(
          405,
          'Request_BadRequest',
          'Specified HTTP method is not allowed for the request target.',
        );
      const sent = parseJson(envelope.bytes);
      this.checkRequest(envelope, sent);
      const body = runBatch(sent, envelope, this.core.tenantId, (inner) => this.one(inner, token));
      this.checkAnswer(envelope, { status: 200, headers: {}, body });
      return { status: 200, headers: { ...base, 'content-type': jsonType, 'odata-version': '4.0' }, body };
    } catch (error) {
      if (!(error instanceof GraphError)) throw error;
      return this.refuse(error, base, envelope.ids, envelope.path);
    }
  }

  /** One request, or one item of a batch. Everything in here is synchronous, so a write is whole or not there. */
  one(envelope: Envelope, token: VerifiedToken): SimResponse {
    const { ids, method, path, search } = envelope;
    let match: Match | null = null;
    let units = 1;
    let limits: Readonly<Record<string, string>> = {};
    try {
      const { version, segments } = segmentsOf(path);
      match = this.router.match(method, segments);
      units = resourceUnits(match.route, search);
      const json = match.route.binary ? undefined : parseBody(envelope);
      this.checkRequest(envelope, match.route.binary ? envelope.bytes : json);
      this.strikeBefore(envelope);
      limits = this.charge(match, segments, units, token);
      const anyCase = readsAnyCase(segments);
      const payload = { json: anyCase ? speltBody(json) : json, bytes: envelope.bytes };
      const call = new Call(
        this.core,
        method,
        version,
        path,
        match.params,
        anyCase ? speltQuery(search) : search,
        envelope.headers,
        token,
        ids,
        payload,
      );
      permit(call, match.route);
      const answer = match.route.handle(call);
      return this.strikeAfter(envelope, this.dress(envelope, answer, units, limits));
    } catch (error) {
      if (!(error instanceof GraphError)) throw error;
      if (match === null) this.checkRequest(envelope, tolerant(envelope.bytes));
      if (error.status === 429) this.tally.throttled += 1;
      const refused = this.refuse(error, {}, ids, path);
      const headers = { ...limits, ...refused.headers, 'x-ms-resource-unit': String(units) };
      this.checkAnswer(envelope, refused);
      return { ...refused, headers };
    }
  }

  /** Faults that refuse a request before anything is done. */
  private strikeBefore(envelope: Envelope): void {
    const { faults } = this.core;
    const strike = (name: FaultName) => faults.strike([name], envelope.method, envelope.path);
    const throttled = strike('throttle');
    if (throttled) {
      const { retryAfter = 1, code } = throttled;
      throw tooManyRequests(retryAfter, {}, code);
    }
    const unavailable = strike('unavailable');
    if (unavailable) throw serviceFailure(unavailable.status ?? 503, unavailable.retryAfter);
    const conflict = envelope.method === 'GET' ? null : strike('conflict');
    if (conflict) throw concurrentWriters(conflict.code);
  }

  /** Faults that hide an answer whose work is done. */
  private strikeAfter(envelope: Envelope, response: SimResponse): SimResponse {
    const { faults } = this.core;
    if (faults.strike(['resetAfter'], envelope.method, envelope.path))
      return { status: 0, headers: {}, reset: true };
    const hidden =
      envelope.method === 'GET' ? null : faults.strike(['timeoutAfterWrite'], envelope.method, envelope.path);
    if (!hidden) return response;
    return this.refuse(serviceFailure(hidden.status ?? 504, null), {}, envelope.ids, envelope.path);
  }

  private charge(match: Match, segments: readonly string[], units: number, token: VerifiedToken) {
    const write = isWrite(match.route);
    const area = areaOf(segments);
    const headers = this.core.switches.throttling
      ? this.throttle.charge({
          appId: token.appId,
          tenantId: this.core.tenantId,
          units,
          isWrite: write,
          area,
          mailbox: segments[1] ?? '',
          users: this.core.state.liveOf('user').size,
          conditionalAccessBurst: this.core.switches.conditionalAccessBurst,
        })
      : {};
    this.tally.resourceUnits += units;
    if (write) this.tally.writes += 1;
    return headers;
  }

  private dress(
    envelope: Envelope,
    answer: Answer,
    units: number,
    limits: Readonly<Record<string, string>>,
  ): SimResponse {
    const typed: Record<string, string> =
      answer.body === undefined || answer.body instanceof Buffer
        ? {}
        : { 'content-type': jsonType, 'odata-version': '4.0' };
    const headers: Record<string, string> = {
      ...typed,
      ...limits,
      ...answer.headers,
      'x-ms-resource-unit': String(units),
    };
    const response: SimResponse = { status: answer.status, headers, body: answer.body };
    this.checkAnswer(envelope, response);
    return response;
  }

  private refuse(
    error: GraphError,
    base: Readonly<Record<string, string>>,
    ids: Envelope['ids'],
    _path: string,
  ): SimResponse {
    return {
      status: error.status,
      headers: { ...base, 'content-type': 'application/json', ...error.more.headers },
      body: errorBody(error, { ...ids, now: this.core.now() }),
    };
  }

  private checkRequest(envelope: Envelope, body: JsonValue | Buffer | undefined): void {
    if (!this.contract) return;
    const { method, path, search: query } = envelope;
    this.record(envelope, 'request', this.contract.checkRequest({ method, path, query, body }));
  }

  private checkAnswer(envelope: Envelope, response: SimResponse): void {
    if (!this.contract) return;
    const { method, path, search: query } = envelope;
    const texts = this.contract.checkResponse(
      { method, path, query },
      { status: response.status, body: response.body },
    );
    this.record(envelope, 'answer', texts);
  }

  private record(envelope: Envelope, direction: Violation['direction'], texts: readonly string[]): void {
    for (const text of texts) {
      this.violationsByClient[envelope.client] = (this.violationsByClient[envelope.client] ?? 0) + 1;
      if (this.tally.violations.length >= violationsKept) continue;
      this.tally.violations.push({
        at: new Date(this.core.now()).toISOString(),
        client: envelope.client,
        direction,
        method: envelope.method,
        path: envelope.path,
        text,
      });
    }
  }
}

/** What a 401 tells a client of the place that gives tokens (Microsoft's page on extracting authentication parameters). */
const challengeOf = (authority: string): string =>
  `Bearer realm="", authorization_uri="${authority}/common/oauth2/authorize", client_id="${graphAppId}"`;

function clientOf(headers: Readonly<Record<string, string>>, token: VerifiedToken): string {
  return headers['x-client-name'] ?? headers['user-agent']?.split(/[\s/]/)[0] ?? token.appId;
}

function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

function parseBody(envelope: Envelope): JsonValue | undefined {
  if (envelope.bytes.length === 0) return undefined;
  const type = envelope.headers['content-type'] ?? '';
  if (!/^application\/json\b/i.test(type))
    throw new GraphError(
      415,
      'UnsupportedMediaType',
      `A request body needs a JSON content type; '${type}' was given.`,
    );
  return parseJson(envelope.bytes);
}

function parseJson(bytes: Buffer): JsonValue {
  try {
    return JSON.parse(bytes.toString('utf8')) as JsonValue;
  } catch {
    throw malformed(
      'Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.',
    );
  }
}

function tolerant(bytes: Buffer): JsonValue | undefined {
  try {
    return bytes.length === 0 ? undefined : (JSON.parse(bytes.toString('utf8')) as JsonValue);
  } catch {
    return undefined;
  }
}
