import type {
  DeltaChange,
  DeltaPage,
  Directory,
  DirectoryReader,
  DirectoryWriter,
  GraphCost,
  LinkKind,
  ObjectTypeName,
  ObservedObject,
  RiskFacts,
  WriteOutcome,
} from '../../services/model/directory.js';
import { RewindError } from '../../services/model/errors.js';
import type { ObjectId } from '../../services/model/ids.js';
import { FakeDirectoryState, idOf, linkKey } from './fake-directory-state.js';
import type { Effects } from './kill-switch.js';

export type Fault =
  /** The call never reached Graph. */
  | { readonly fault: 'lostBefore' }
  /** It took effect, the answer was lost. */
  | { readonly fault: 'lostAfter' }
  /** 2xx without any effect. */
  | { readonly fault: 'lie' }
  | {
      readonly fault: 'refuse';
      readonly code: string;
      readonly reason: string;
      readonly conflictOn?: string;
    };

export interface WriteCall {
  readonly call: string;
  readonly args: readonly unknown[];
  readonly clientRequestId: string;
}

/**
 * A tenant in memory behind the port that the product knows it by: reads that hide latent links, links refused when they exist, keys
 * that must be unique (FACTS §10–12), writes that lose their answer on request.
 */
export class FakeDirectory extends FakeDirectoryState implements Directory {
  readonly calls: WriteCall[] = [];
  readonly passwords = new Map<ObjectId, string>();
  readonly passes = new Map<ObjectId, string>();
  readonly sessionsRevoked: ObjectId[] = [];
  readonly risk: {
    roles: Map<ObjectId, string[]> | null;
    policies: Map<ObjectId, string[]> | null;
    apps: Map<ObjectId, string[]> | null;
  } = { roles: new Map(), policies: new Map(), apps: new Map() };
  passAllowed: { allowed: boolean; lifetimeInMinutes: number } | null = {
    allowed: true,
    lifetimeInMinutes: 60,
  };
  /** Delta tokens older than this event number are answered with DELTA_EXPIRED. */
  deltaFloor = 0;
  /** New objects answer 404 to this many reads and link calls. */
  hideNewFor = 0;
  unreachable = false;
  /** Runs before each write takes effect: a paused process is one whose write waits here. */
  beforeWrite: ((call: string) => Promise<void>) | null = null;
  private readonly faults: {
    match: (call: string, args: readonly unknown[]) => boolean;
    fault: Fault;
    times: number;
  }[] = [];
  private created = 0;

  constructor(
    now: () => Date,
    private readonly effects?: Effects,
    singleKinds?: readonly LinkKind[],
  ) {
    super(now, singleKinds);
  }

  /** The next `times` calls that match meet the fault. `call` is 'link', 'create', … */
  fail(
    call: string,
    fault: Fault,
    times = 1,
    match: (args: readonly unknown[]) => boolean = () => true,
  ): void {
    this.faults.push({ match: (name, args) => name === call && match(args), fault, times });
  }

  // ---- DirectoryReader ----

  readonly reader: DirectoryReader = {
    latestDeltaToken: () => this.read(() => this.token()),
    listObjects: (type) => this.pages(() => [{ objects: this.all(type, 'live'), links: [] }]),
    listDeleted: (type) => this.pages(() => [{ objects: this.all(type, 'softDeleted') }]),
    listLinks: (kind, source) =>
      this.pages(() => {
        this.mustAppear(source);
        return [this.visible((link) => link.kind === kind && link.source === source)];
      }),
    listLinksOf: (kind, sources) =>
      this.pages(() =>
        sources.map((source) => ({
          source,
          links: this.visible((link) => link.kind === kind && link.source === source),
          missing: !this.isLive(source),
        })),
      ),
    delta: (type, token) => this.delta(type, token),
    getObject: (type, id) => this.read(() => (this.appears(type, id) ? this.observe(id) : null)),
    getObjects: (type, ids) =>
      this.read(
        () => new Map(ids.filter((id) => this.appears(type, id)).map((id) => [id, this.observe(id)])),
      ),
    getDeleted: (type, id) =>
      this.read(() => {
        const stored = this.objects.get(id);
        return stored?.state === 'softDeleted' && stored.type === type ? this.observe(id) : null;
      }),
    findByKey: (type, property, value) =>
      this.read(() =>
        this.all(type, 'live').filter(
          (object) => String(object.properties[property] ?? '').toLowerCase() === value.toLowerCase(),
        ),
      ),
    search: (type, text, limit) =>
      this.read(() =>
        this.all(type, 'live')
          .filter((object) => JSON.stringify(object.properties).toLowerCase().includes(text.toLowerCase()))
          .slice(0, limit),
      ),
    listLinksTo: (kind, target) =>
      this.read(() => {
        this.mustAppear(target);
        return this.visible((link) => link.kind === kind && link.target === target);
      }),
    countObjects: (type) => this.read(() => this.all(type, 'live').length),
    readRisk: ({ users, groups }) => this.read(() => this.riskOf([...users, ...groups])),
    passPolicy: () => this.read(() => this.passAllowed),
    cost: (): GraphCost => ({ requests: 0, resourceUnits: 0, writes: this.calls.length, throttled: 0 }),
  };

  // ---- DirectoryWriter ----

  readonly writer: DirectoryWriter = {
    undelete: (type, target, options, tag) =>
      this.write('undelete', [type, target, options], tag.clientRequestId, () => {
        const stored = this.objects.get(target);
        if (stored?.state !== 'softDeleted')
          return refused('Request_ResourceNotFound', `Resource '${target}' does not exist.`);
        const prefix = target.replaceAll('-', '');
        const upn =
          options.newUserPrincipalName ??
          String(stored.properties['userPrincipalName'] ?? '').replace(prefix, '');
        if (upn && this.taken('userPrincipalName', upn, target))
          return refused(
            'ObjectConflict',
            'Another object with the same value for property userPrincipalName already exists.',
            'userPrincipalName',
          );
        stored.state = 'live';
        delete stored.deletedAt;
        stored.hiddenReads = this.hideNewFor;
        if (upn) stored.properties['userPrincipalName'] = upn;
        this.record({ change: 'seen', partial: false, object: this.observe(target), of: stored.type });
        return done;
      }),
    create: async (type, properties, secret, tag) => {
      let created: ObservedObject | undefined;
      const outcome = await this.write('create', [type, properties], tag.clientRequestId, () => {
        const upn = properties['userPrincipalName'];
        if (typeof upn === 'string' && this.taken('userPrincipalName', upn, null))
          return refused(
            'ObjectConflict',
            'Another object with the same value for property userPrincipalName already exists.',
            'userPrincipalName',
          );
        this.created += 1;
        const fresh = idOf(`created ${this.created}`);
        this.objects.set(fresh, {
          type,
          state: 'live',
          properties: { id: fresh, ...properties },
          hiddenReads: this.hideNewFor,
        });
        if (secret.password) this.passwords.set(fresh, secret.password);
        this.record({ change: 'seen', partial: false, object: this.observe(fresh), of: type });
        created = this.observe(fresh);
        return done;
      });
      return outcome.outcome === 'done' ? { ...outcome, created } : outcome;
    },
    update: (type, target, properties, tag) =>
      this.write('update', [type, target, properties], tag.clientRequestId, () => {
        if (!this.appears(type, target)) return notFound(target);
        this.set(target, properties);
        return done;
      }),
    link: async (kind, source, targets, tag) => {
      const outcomes: WriteOutcome[] = [];
      for (const target of targets)
        outcomes.push(
          await this.write('link', [kind, source, target], tag.clientRequestId, () => {
            if (!this.appears(null, source)) return notFound(source);
            if (!this.appears(null, target)) return notFound(target);
            if (this.links.has(linkKey(kind, source, target))) return already;
            this.setLink(kind, source, target);
            return done;
          }),
        );
      return outcomes;
    },
    unlink: (kind, source, target, tag) =>
      this.write('unlink', [kind, source, target], tag.clientRequestId, () => {
        if (!this.hasLink(kind, source, target)) return already;
        this.dropLink(kind, source, target);
        return done;
      }),
    remove: (type, target, tag) =>
      this.write('remove', [type, target], tag.clientRequestId, () => {
        if (!this.isLive(target)) return already;
        this.softDelete(target);
        return done;
      }),
    revokeSessions: (user, tag) =>
      this.write('revokeSessions', [user], tag.clientRequestId, () => {
        if (!this.appears(null, user)) return notFound(user);
        this.sessionsRevoked.push(user);
        return done;
      }),
    setPassword: (user, password, tag) =>
      this.write('setPassword', [user], tag.clientRequestId, () => {
        if (!this.appears(null, user)) return notFound(user);
        this.passwords.set(user, password);
        return done;
      }),
    createPass: async (user, options, tag) => {
      let pass: string | undefined;
      const outcome = await this.write('createPass', [user, options], tag.clientRequestId, () => {
        if (this.passes.has(user))
          return refused('BadRequest', 'A Temporary Access Pass exists already for this user.');
        pass = `TAP-${this.passes.size + 1}-secret`;
        this.passes.set(user, pass);
        return done;
      });
      return outcome.outcome === 'done' ? { ...outcome, pass } : outcome;
    },
  };

  // ---- inside ----

  private async write(
    call: string,
    args: readonly unknown[],
    clientRequestId: string,
    effect: () => WriteOutcome,
  ): Promise<WriteOutcome> {
    if (this.unreachable) return { outcome: 'unknown', requestId: '', reason: 'connection refused' };
    await this.beforeWrite?.(call);
    const fault = this.takeFault(call, args);
    const act = (): WriteOutcome => {
      this.calls.push({ call, args, clientRequestId });
      if (!fault) return effect();
      if (fault.fault === 'refuse') return refused(fault.code, fault.reason, fault.conflictOn);
      if (fault.fault === 'lie') return done;
      if (fault.fault === 'lostAfter') effect();
      return { outcome: 'unknown', requestId: '', reason: 'the connection was reset' };
    };
    return this.effects ? this.effects.around(`graph.${call}`, act) : act();
  }

  private takeFault(call: string, args: readonly unknown[]): Fault | null {
    const found = this.faults.find((entry) => entry.times > 0 && entry.match(call, args));
    if (!found) return null;
    found.times -= 1;
    return found.fault;
  }

  private async read<T>(effect: () => T): Promise<T> {
    this.effects?.assertAlive();
    if (this.unreachable) throw new RewindError('GRAPH_UNREACHABLE');
    await Promise.resolve();
    return structuredClone(effect());
  }

  private async *pages<T>(effect: () => readonly T[]): AsyncIterable<T> {
    yield* await this.read(effect);
  }

  private async *delta(type: ObjectTypeName, token: string): AsyncIterable<DeltaPage> {
    const from = Number(token);
    if (!(from >= this.deltaFloor)) throw new RewindError('DELTA_EXPIRED');
    const changes = await this.read(() => this.events.slice(from).filter((event) => event.of === type));
    yield { changes: [] };
    // One net change per link, as Graph tells it.
    const net = new Map<string, DeltaChange>();
    for (const change of changes)
      net.set(
        'link' in change
          ? linkKey(change.link.kind, change.link.source, change.link.target)
          : JSON.stringify(change),
        change,
      );
    yield { changes: [...net.values()], nextToken: this.token() };
  }

  private riskOf(ids: readonly ObjectId[]): RiskFacts {
    const pick = (map: Map<ObjectId, string[]> | null) =>
      map && new Map(ids.filter((each) => map.has(each)).map((each) => [each, map.get(each)!]));
    return {
      rolesByPrincipal: pick(this.risk.roles),
      policiesByGroup: pick(this.risk.policies),
      applicationsByGroup: pick(this.risk.apps),
    };
  }
}
const done: WriteOutcome = { outcome: 'done', requestId: 'graph-request' };
const already: WriteOutcome = { outcome: 'already', requestId: 'graph-request' };
const refused = (code: string, reason: string, conflictOn?: string): WriteOutcome => ({
  outcome: 'refused',
  requestId: 'graph-request',
  code,
  reason,
  ...(conflictOn ? { conflictOn } : {}),
});
const notFound = (target: ObjectId): WriteOutcome =>
  refused(
    'Request_ResourceNotFound',
    `Resource '${target}' does not exist or one of its queried reference-property objects are not present.`,
  );
