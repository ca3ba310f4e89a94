import { Outbox, type News } from '../audit/outbox.js';
import { RewindError } from '../model/errors.js';
import type { RequestId, TenantId } from '../model/ids.js';
import { plain, type JsonObject } from '../model/json.js';
import type { Person } from '../model/people.js';
import { breathe } from '../model/patience.js';
import { newRequestId } from '../model/random.js';
import type { NamedObject } from '../model/plan.js';
import type { RestoreRequest } from '../model/restore.js';
import { isRequester, stateWords } from '../approvals/decide.js';
import type { RestoreDeps } from './deps.js';
import { REQUESTS } from './records.js';

const ATTEMPTS = 20;

/** Stored requests: every change is compare-and-set, and told to the audit and the cards if it is news. */
export class Requests {
  private readonly records;
  private readonly outbox;

  constructor(private readonly deps: Pick<RestoreDeps, 'store' | 'clock' | 'random' | 'audit' | 'notifier'>) {
    this.records = deps.store.collection(REQUESTS);
    this.outbox = new Outbox(this.records, deps, ({ id }) => id);
  }

  async create(
    input: Pick<
      RestoreRequest,
      'tenant' | 'kind' | 'requester' | 'timeZone' | 'subjects' | 'point' | 'options'
    > &
      Partial<RestoreRequest>,
    news?: News,
  ): Promise<RestoreRequest> {
    const { clock, random } = this.deps;
    const request: RestoreRequest = {
      id: newRequestId(random),
      ...input,
      rev: 1,
      number: await this.records.next(input.tenant, 'request'),
      state: 'asks',
      createdAt: clock.now().toISOString(),
    };
    const stored = news ? this.owing({ ...request, rev: 0 }, news) : request;
    if (!(await this.records.create(plain(stored)))) throw new RewindError('INTERNAL');
    return this.outbox.settle({ ...stored, rev: 1 });
  }

  get(tenant: TenantId, id: RequestId): Promise<RestoreRequest | null> {
    return this.records.get(tenant, id);
  }

  async must(tenant: TenantId, id: RequestId): Promise<RestoreRequest> {
    const request = await this.get(tenant, id);
    if (!request) throw new RewindError('REQUEST_NOT_FOUND');
    return request;
  }

  find(
    tenant: TenantId,
    query: Parameters<ReturnType<RestoreDeps['store']['collection']>['find']>[1],
  ): Promise<readonly RestoreRequest[]> {
    return this.records.find(tenant, query);
  }

  inStates(states: readonly RestoreRequest['state'][]): Promise<readonly RestoreRequest[]> {
    return this.records.findEverywhere({ where: { state: { in: states } } });
  }

  /**
   * The request as the requester's newest card shows it, still open for changes.
   * @throws REQUEST_NOT_FOUND, NOT_YOUR_REQUEST, CARD_OLD when it moved on
   */
  async own(
    tenant: TenantId,
    id: RequestId,
    rev: number,
    by: Person,
    states: readonly RestoreRequest['state'][],
  ): Promise<RestoreRequest> {
    const request = await this.must(tenant, id);
    if (!isRequester(request, by)) throw new RewindError('NOT_YOUR_REQUEST', { who: request.requester.name });
    if (request.rev !== rev || !states.includes(request.state))
      throw new RewindError('CARD_OLD', { state: stateWords(request.state) });
    return request;
  }

  /** Stores it if nobody was faster. @throws CARD_OLD */
  async save(request: RestoreRequest, news?: News): Promise<RestoreRequest> {
    const stored = await this.records.update(plain(news ? this.owing(request, news) : request));
    if (stored) return news ? this.told(stored) : stored;
    const now = await this.get(request.tenant, request.id);
    throw new RewindError('CARD_OLD', { state: stateWords(now?.state ?? request.state) });
  }

  /**
   * Applies `change` to the newest state until it sticks; `change` throws, or returns null, where nothing is to be done (and told).
   */
  async mutate(
    tenant: TenantId,
    id: RequestId,
    change: (request: RestoreRequest) => RestoreRequest | null,
    news?: News,
  ): Promise<RestoreRequest> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const request = await this.must(tenant, id);
      const next = change(request);
      if (!next) return request;
      const stored = await this.records.update(plain(news ? this.owing(next, news) : next));
      if (stored) return news ? this.told(stored) : stored;
      await breathe(attempt + 1);
    }
    throw new RewindError('STORE_UNREACHABLE', {}, { message: 'STORE_UNREACHABLE: a request kept changing' });
  }

  /** What a crash kept the audit from hearing of, before anything else is done for the request. */
  settle(request: RestoreRequest): Promise<RestoreRequest> {
    return this.outbox.settle(request);
  }

  /** The same for all that a crash left; their cards may be behind, too. */
  async settleLeft(): Promise<void> {
    for (const request of await this.outbox.left()) await this.told(request);
  }

  private owing(next: RestoreRequest, { kind, actor, details }: News): RestoreRequest {
    return this.outbox.owing(next, {
      kind,
      actor,
      details: { request: next.number, state: next.state, ...details },
    });
  }

  private async told(request: RestoreRequest): Promise<RestoreRequest> {
    const settled = await this.outbox.settle(request);
    await this.deps.notifier.notify({ event: 'requestChanged', request: settled });
    return settled;
  }

  /** Audit entry, then the cards: for what is no change of the request. */
  async tell(
    request: RestoreRequest,
    kind: string,
    actor: Person | 'service',
    details: JsonObject = {},
    options: { readonly once?: boolean } = {},
  ): Promise<number> {
    const number = await this.note(request, kind, actor, details, options);
    await this.deps.notifier.notify({ event: 'requestChanged', request });
    return number;
  }

  async note(
    request: RestoreRequest,
    kind: string,
    actor: Person | 'service',
    details: JsonObject = {},
    { once = false, key }: { readonly once?: boolean; readonly key?: string } = {},
  ): Promise<number> {
    const entry = await this.deps.audit.append(
      {
        tenant: request.tenant,
        actor: actor === 'service' ? actor : { objectId: actor.objectId, name: actor.name },
        kind,
        requestId: request.id,
        ...(key === undefined ? {} : { key }),
        details: { request: request.number, state: request.state, ...details },
      },
      { once },
    );
    return entry.number;
  }
}

/** Subjects for the audit: ids and names, never their attributes. */
export const subjectsForAudit = (subjects: readonly NamedObject[]): JsonObject[] =>
  subjects.map(({ type, id, name }) => ({ type, id, name }));
