import { RewindError } from '../model/errors.js';
import type { RequestId, TenantId } from '../model/ids.js';
import { plain, type JsonObject } from '../model/json.js';
import type { Person } from '../model/people.js';
import { newRequestId } from '../model/random.js';
import type { NamedObject } from '../model/plan.js';
import type { RestoreRequest } from '../model/restore.js';
import { isRequester, stateWords } from '../approvals/decide.js';
import type { RestoreDeps } from './deps.js';
import { REQUESTS } from './records.js';

const ATTEMPTS = 20;

/** Stored requests: every change is compare-and-set, told to the audit, and to the cards. */
export class Requests {
  private readonly records;

  constructor(private readonly deps: Pick<RestoreDeps, 'store' | 'clock' | 'random' | 'audit' | 'notifier'>) {
    this.records = deps.store.collection(REQUESTS);
  }

  async create(
    input: Pick<
      RestoreRequest,
      'tenant' | 'kind' | 'requester' | 'timeZone' | 'subjects' | 'point' | 'options'
    > &
      Partial<RestoreRequest>,
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
    if (!(await this.records.create(plain(request)))) throw new RewindError('INTERNAL');
    return request;
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
  async save(request: RestoreRequest): Promise<RestoreRequest> {
    const stored = await this.records.update(plain(request));
    if (stored) return stored;
    const now = await this.get(request.tenant, request.id);
    throw new RewindError('CARD_OLD', { state: stateWords(now?.state ?? request.state) });
  }

  /** Applies `change` to the newest state until it sticks; `change` throws, or returns null, where nothing is to be done. */
  async mutate(
    tenant: TenantId,
    id: RequestId,
    change: (request: RestoreRequest) => RestoreRequest | null,
  ): Promise<RestoreRequest> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const request = await this.must(tenant, id);
      const next = change(request);
      if (!next) return request;
      const stored = await this.records.update(plain(next));
      if (stored) return stored;
    }
    throw new RewindError('STORE_UNREACHABLE', {}, { message: 'STORE_UNREACHABLE: a request kept changing' });
  }

  /** Audit entry, then the cards. */
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
    options: { readonly once?: boolean } = {},
  ): Promise<number> {
    const entry = await this.deps.audit.append(
      {
        tenant: request.tenant,
        actor: actor === 'service' ? actor : { objectId: actor.objectId, name: actor.name },
        kind,
        requestId: request.id,
        details: { request: request.number, state: request.state, ...details },
      },
      options,
    );
    return entry.number;
  }
}

/** Subjects for the audit: ids and names, never their attributes. */
export const subjectsForAudit = (subjects: readonly NamedObject[]): JsonObject[] =>
  subjects.map(({ type, id, name }) => ({ type, id, name }));
