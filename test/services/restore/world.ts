import { createAuditLog } from '../../../services/audit/audit-log.js';
import { catalog } from '../../../services/catalog/index.js';
import { createHandoffService } from '../../../services/handoff/service.js';
import type { Properties } from '../../../services/model/directory.js';
import type { HistoryReader } from '../../../services/model/history.js';
import { tenantId, type ObjectId } from '../../../services/model/ids.js';
import type { Log } from '../../../services/model/log.js';
import type { ProductEvent } from '../../../services/model/notifier.js';
import type { Person } from '../../../services/model/people.js';
import { systemRandom } from '../../../services/model/random.js';
import type { NamedObject, Plan, RestoreOptions } from '../../../services/model/plan.js';
import type { RestoreRequest } from '../../../services/model/restore.js';
import type { RestoreService } from '../../../services/model/restore-service.js';
import { createRestoreService } from '../../../services/restore/service.js';
import { named } from '../../../services/restore/names.js';
import { FakeClock } from '../../fakes/fake-clock.js';
import { FakeDirectory } from '../../fakes/fake-directory.js';
import { idOf } from '../../fakes/fake-directory-state.js';
import { FakeHistory } from '../../fakes/fake-history.js';
import { FakeJobs, FakeLeases } from '../../fakes/fake-jobs.js';
import { FakeRecordStore } from '../../fakes/fake-records.js';
import { KillSwitch } from '../../fakes/kill-switch.js';

export const TENANT = tenantId('11111111-1111-4111-8111-111111111111');
export const person = (name: string): Person => ({ tenant: TENANT, objectId: idOf(name), name });
export const HANNA = person('Hanna Berg');
export const ARUN = person('Arun Patel');
export const MEI = person('Mei Lin');
export const SOFIA = person('Sofia Rossi');
export const TOM = person('Tom Okafor');
export const ZONE = 'Europe/Berlin';

export const OPTIONS: RestoreOptions = {
  withObject: true,
  aspects: ['memberships'],
  mode: 'add',
  blockSignIn: false,
  onlyProperties: null,
  leaveOut: [],
};

const silent = (): void => undefined;
export const quiet: Log = { debug: silent, info: silent, warn: silent, error: silent };

/** Contoso in small, with STORY §3's table: two snapshots (14 and 15 there, 1 and 2 here) and this morning's script. */
export class World {
  readonly clock = new FakeClock();
  readonly kill = new KillSwitch();
  readonly store = new FakeRecordStore(this.kill);
  readonly directory = new FakeDirectory(() => this.clock.now(), this.kill);
  readonly history = new FakeHistory(TENANT, this.directory, catalog);
  readonly leases = new FakeLeases();
  readonly events: ProductEvent[] = [];
  jobs = new FakeJobs(this.kill);
  service!: RestoreService;
  handoff!: ReturnType<typeof createHandoffService>;
  audit = createAuditLog({ store: this.store, clock: this.clock });

  constructor() {
    this.start();
  }

  /** A new process over the same database and tenant. */
  start(): void {
    const { clock, store, kill } = this;
    this.jobs = new FakeJobs(kill);
    this.audit = createAuditLog({ store, clock });
    const notifier = {
      notify: (event: ProductEvent) => {
        kill.assertAlive();
        this.events.push(event);
        return Promise.resolve();
      },
    };
    const history = this.history as HistoryReader;
    const mortal = Object.assign(Object.create(history) as HistoryReader, {
      recordMapping: (mapping: Parameters<HistoryReader['recordMapping']>[0]) =>
        kill.around('history.recordMapping', () => void this.history.recordMapping(mapping)),
    });
    const shared = {
      store,
      directoryOf: () => this.directory,
      notifier,
      audit: this.audit,
      clock,
      random: systemRandom,
      log: quiet,
    };
    this.handoff = createHandoffService({
      ...shared,
      sealingKey: { id: 'k1', bytes: new Uint8Array(32).fill(7) },
    });
    this.service = createRestoreService({
      ...shared,
      history: mortal,
      catalog,
      jobs: this.jobs,
      leases: this.leases,
      vault: this.handoff.vault,
      roles: { groupName: () => 'Identity approvers' },
    });
  }

  user(name: string, properties: Properties = {}): ObjectId {
    const nick = name.toLowerCase().replaceAll(' ', '.');
    return this.directory.add('user', name, {
      ...catalog.emptyBody('user'),
      displayName: name,
      userPrincipalName: `${nick}@contoso.example`,
      mailNickname: nick,
      accountEnabled: true,
      userType: 'Member',
      ...properties,
    });
  }

  group(name: string, properties: Properties = {}): ObjectId {
    return this.directory.add('group', name, {
      ...catalog.emptyBody('group'),
      displayName: name,
      mailNickname: name.toLowerCase().replaceAll(' ', '-'),
      mailEnabled: false,
      securityEnabled: true,
      groupTypes: [],
      ...properties,
    });
  }

  join(groupName: string, ...members: string[]): void {
    for (const member of members) this.directory.setLink('member', idOf(groupName), idOf(member));
  }

  leave(groupName: string, ...members: string[]): void {
    for (const member of members) this.directory.dropLink('member', idOf(groupName), idOf(member));
  }

  isMember(groupName: string, member: ObjectId | string): boolean {
    const target = (member.includes('-') ? member : idOf(member)) as ObjectId;
    return this.directory.hasLink('member', idOf(groupName), target);
  }

  nameOf(name: string): NamedObject {
    const id = idOf(name);
    const stored = this.directory.objects.get(id);
    const type = stored?.type ?? 'user';
    return stored ? named(catalog, type, id, stored.properties) : { type, id, name };
  }

  async point(seq: number): Promise<RestoreRequest['point'] & object> {
    const header = await this.history.snapshot(TENANT, seq);
    return { seq, takenAt: header!.startedAt };
  }

  async open(name: string, seq: number, options: Partial<RestoreOptions> = {}): Promise<RestoreRequest> {
    return this.service.open({
      requester: HANNA,
      timeZone: ZONE,
      subjects: [this.nameOf(name)],
      point: await this.point(seq),
      options: { ...OPTIONS, ...options },
    });
  }

  async preview(
    name: string,
    seq: number,
    options: Partial<RestoreOptions> = {},
  ): Promise<{ readonly request: RestoreRequest; readonly plan: Plan }> {
    const request = await this.open(name, seq, options);
    return this.service.preview(TENANT, request.id, request.rev, HANNA);
  }

  async ask({ request, plan }: { request: RestoreRequest; plan: Plan }): Promise<RestoreRequest> {
    return this.service.ask(TENANT, request.id, request.rev, HANNA, plan.hash, 'INC-20417');
  }

  /** Approves as often as the class needs, with the number where it asks for it. */
  async approve(request: RestoreRequest): Promise<RestoreRequest> {
    let current = request;
    for (const approver of [ARUN, MEI]) {
      if (current.state !== 'waiting') break;
      const { planHash, number } = current.approval!;
      current = await this.service.approve(TENANT, current.id, approver, planHash, number);
    }
    return current;
  }

  async finish(request: RestoreRequest): Promise<RestoreRequest> {
    await this.jobs.drain();
    return (await this.service.get(TENANT, request.id))!;
  }

  /** Preview, ask, approve, run. */
  async restore(name: string, seq: number, options: Partial<RestoreOptions> = {}): Promise<RestoreRequest> {
    return this.finish(await this.approve(await this.ask(await this.preview(name, seq, options))));
  }

  async undo(request: RestoreRequest): Promise<RestoreRequest> {
    return this.finish(
      await this.approve(await this.ask(await this.service.undo(TENANT, request.id, HANNA))),
    );
  }
}

/** The morning of 21 Nov: snapshot 1 = Fri 02:00, snapshot 2 = Sat 02:00, then the script. */
export function contoso(): World {
  const world = new World();
  for (const name of ['Hanna Berg', 'Arun Patel', 'Mei Lin', 'Sofia Rossi', 'Alice Chen']) world.user(name);
  world.user('Tom Okafor', { department: 'Finance' });
  world.user('Alice Moreau', { department: 'Finance', jobTitle: 'Controller' });
  world.user('Erik Sand', { department: 'Finance', mail: 'erik.sand@contoso.example' });
  for (const name of ['Payroll readers', 'Berlin office', 'Finance leads']) world.group(name);
  for (const name of ['Project X', 'Finance all'])
    world.group(name, { groupTypes: ['Unified'], mailEnabled: true });
  world.group('Sales list', { mailEnabled: true });
  world.group('All staff', {
    groupTypes: ['DynamicMembership'],
    membershipRule: 'user.userType -eq "Member"',
  });
  for (const name of [
    'Payroll readers',
    'Berlin office',
    'Finance all',
    'Finance leads',
    'Sales list',
    'All staff',
  ])
    world.join(name, 'Alice Moreau');
  world.join('Finance all', 'Erik Sand', 'Tom Okafor');
  world.join('Berlin office', 'Erik Sand');
  world.directory.setLink('manager', idOf('Alice Moreau'), idOf('Tom Okafor'));
  world.directory.setLink('manager', idOf('Erik Sand'), idOf('Tom Okafor'));
  world.directory.setLink('manager', idOf('Alice Chen'), idOf('Erik Sand'));
  world.directory.risk.apps!.set(idOf('Payroll readers'), ['Payroll']);
  world.history.take('2026-11-20T01:00:00.000Z');
  world.directory.purge(idOf('Erik Sand'));
  world.join('Project X', 'Alice Moreau');
  world.history.take('2026-11-21T01:00:00.000Z');
  world.directory.set(idOf('Alice Moreau'), { department: 'TBD' });
  world.leave('Finance all', 'Alice Moreau', 'Tom Okafor');
  world.leave('Finance leads', 'Alice Moreau');
  world.leave('Sales list', 'Alice Moreau');
  world.directory.softDelete(idOf('Alice Moreau'));
  return world;
}
