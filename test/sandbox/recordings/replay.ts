/** Sends recorded requests to a simulated tenant and says where its answers differ from the recorded ones. */
import { randomUUID } from 'node:crypto';
import { createClock } from '../../../sandbox/clock.js';
import { createGraphTenant } from '../../../sandbox/graph/tenant.js';
import type { ContractChecker, GraphTenant, SimResponse } from '../../../sandbox/types.js';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
type JsonObject = { [key: string]: Json };

export interface Interaction {
  readonly method: string;
  /** Percent-decoded. */
  readonly path: string;
  readonly rawPath?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Json;
  readonly status: number;
  readonly resHeaders: Readonly<Record<string, string>>;
  readonly res: JsonObject | null;
}

export interface Scenario {
  readonly name: string;
  readonly recorded: string;
  readonly seed?: readonly JsonObject[];
  readonly interactions: readonly Interaction[];
}

const RECORDED_TENANT = '54826b22-38d6-4fb2-bad9-b7b93a3e9c5a';
/** The recorder wrote either name for the one domain of the recorded tenant. */
const RECORDED_DOMAINS = ['AzureSDKTeam.onmicrosoft.com', 'example.com'];
const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const DATE = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z?$/;
/** Values that are new every time. */
const VOLATILE = ['secretText', 'hint', 'securityIdentifier', 'keyId'];
/** As many as the recorded tenant listed over four pages, less the one that the scenario makes. */
const USERS = 334;

const PERMISSIONS = [
  'Directory.Read.All',
  'Directory.ReadWrite.All',
  'Domain.Read.All',
  'User.ReadWrite.All',
  'Group.ReadWrite.All',
  'GroupMember.ReadWrite.All',
  'Application.ReadWrite.All',
  'AppRoleAssignment.ReadWrite.All',
  'DelegatedPermissionGrant.ReadWrite.All',
  'User.DeleteRestore.All',
  'User-PasswordProfile.ReadWrite.All',
  'User.EnableDisableAccount.All',
  'RoleManagement.ReadWrite.Directory',
];

/** One text per difference: 'POST /v1.0/users: status 201 became 400'. */
export async function replay(scenario: Scenario, contract: ContractChecker | null): Promise<string[]> {
  const player = await Player.start(scenario, contract);
  try {
    const differences: string[] = [];
    for (const [at, interaction] of scenario.interactions.entries()) {
      const where = `${at + 1} ${interaction.method} ${interaction.path.slice(0, 90)}`;
      for (const text of await player.play(interaction)) differences.push(`${where}: ${text}`);
    }
    for (const one of player.tenant.stats().violations) {
      differences.push(`violation: ${one.method} ${one.path} ${one.direction}: ${one.text}`);
    }
    return differences;
  } finally {
    await player.tenant.close();
  }
}

class Player {
  /** Recorded id → ours; also for tenant and domain. */
  private readonly names = new Map<string, string>();
  private signedIn: string | undefined;
  private nextLink: string | undefined;

  private constructor(readonly tenant: GraphTenant) {}

  static async start(scenario: Scenario, contract: ContractChecker | null): Promise<Player> {
    const holder: { player?: Player } = {};
    const tenant = await createGraphTenant({
      tenantId: randomUUID(),
      clock: createClock({ dataDir: null }),
      dataDir: null,
      verify: async () => {
        const userId = holder.player?.signedIn;
        const asUser = userId === undefined ? {} : { userId };
        return { appId: 'replay', tenantId: tenant.tenantId, permissions: PERMISSIONS, ...asUser };
      },
      contract,
      population: { users: USERS, groups: 10, seed: 1 },
      baseUrl: () => 'https://graph.microsoft.com',
      serviceApp: { appId: randomUUID(), secret: 'x' },
    });
    const player = new Player(tenant);
    holder.player = player;
    const domain = await player.initialDomain();
    for (const recorded of RECORDED_DOMAINS) player.names.set(recorded, domain);
    player.names.set(RECORDED_TENANT, tenant.tenantId);
    for (const object of scenario.seed ?? []) await player.plant(object);
    return player;
  }

  async play(interaction: Interaction): Promise<string[]> {
    if (interaction.path.includes('$skiptoken')) return this.playLastPage(interaction);
    const answer = await this.send(
      interaction.method,
      this.here(interaction.rawPath ?? encodePath(interaction.path)),
      this.here(interaction.body),
    );
    this.nextLink = bodyOf(answer)?.['@odata.nextLink'] as string | undefined;
    return this.compare(interaction, answer);
  }

  /** The pages between were not recorded: the links are followed to the end. */
  private async playLastPage(interaction: Interaction): Promise<string[]> {
    let answer: SimResponse | undefined;
    while (this.nextLink !== undefined) {
      const { pathname, search } = new URL(this.nextLink);
      answer = await this.send('GET', `${pathname}${search}`, null);
      this.nextLink = bodyOf(answer)?.['@odata.nextLink'] as string | undefined;
    }
    return answer === undefined ? ['there was no next page'] : this.compare(interaction, answer);
  }

  /** Makes an object that the recording began with; ids are drawn by the tenant and mapped. */
  private async plant(object: JsonObject): Promise<void> {
    const type = String(object['@odata.type']).replace('#microsoft.graph.', '');
    const pick = (...keys: string[]): JsonObject =>
      Object.fromEntries(keys.flatMap((key) => (object[key] == null ? [] : [[key, object[key]]])));
    const plans: Record<string, () => [path: string, body: JsonObject]> = {
      group: () => [
        'groups',
        pick('displayName', 'description', 'mailEnabled', 'mailNickname', 'securityEnabled'),
      ],
      user: () => [
        'users',
        {
          ...pick('displayName', 'userPrincipalName'),
          accountEnabled: true,
          mailNickname: String(object['displayName']),
          passwordProfile: { password: 'Recorded-2022!' },
        },
      ],
      application: () => ['applications', pick('displayName', 'requiredResourceAccess')],
      servicePrincipal: () => ['servicePrincipals', pick('appId')],
      oAuth2PermissionGrant: () => [
        'oauth2PermissionGrants',
        pick('clientId', 'consentType', 'resourceId', 'scope'),
      ],
    };
    const plan = plans[type];
    if (plan === undefined) throw new Error(`No way to plant a ${type}.`);
    const [path, body] = plan();
    // Microsoft's own service principals are in every tenant already.
    const known = type === 'servicePrincipal' ? await this.findByAppId(String(object['appId'])) : undefined;
    const made = known ?? bodyOf(await this.send('POST', `/v1.0/${path}`, this.here(body)));
    if (made?.['id'] === undefined) throw new Error(`Planting a ${type} failed: ${JSON.stringify(made)}`);
    this.learn(object, made);
    if (type === 'user') this.signedIn = String(made['id']);
  }

  private async initialDomain(): Promise<string> {
    const domains = bodyOf(await this.send('GET', '/v1.0/domains', null))?.['value'] as JsonObject[];
    return String(domains.find((one) => one['isInitial'] === true)?.['id']);
  }

  private async findByAppId(appId: string): Promise<JsonObject | undefined> {
    const filter = encodeURIComponent(`appId eq '${this.here(appId)}'`);
    const found = bodyOf(await this.send('GET', `/v1.0/servicePrincipals?$filter=${filter}`, null));
    return (found?.['value'] as JsonObject[] | undefined)?.[0];
  }

  private send(method: string, url: string, body: Json): Promise<SimResponse> {
    const mark = url.indexOf('?');
    return this.tenant.handle({
      method,
      path: mark < 0 ? url : url.slice(0, mark),
      query: new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1)),
      headers: { authorization: 'Bearer x', 'content-type': 'application/json' },
      body: body === null ? Buffer.alloc(0) : Buffer.from(JSON.stringify(body)),
    });
  }

  private compare(interaction: Interaction, answer: SimResponse): string[] {
    const ours = bodyOf(answer);
    const texts: string[] = [];
    if (answer.status !== interaction.status) {
      return [
        `status ${interaction.status} became ${answer.status} ${JSON.stringify(ours?.['error'] ?? '')}`,
      ];
    }
    if (interaction.res !== null) this.learn(interaction.res, ours ?? {});
    for (const [name, recorded] of Object.entries(interaction.resHeaders)) {
      const expected =
        name === 'location' && recorded.startsWith('/') ? `https://graph.microsoft.com${recorded}` : recorded;
      const actual = headerOf(answer, name);
      if (actual !== this.here(expected))
        texts.push(`header ${name}: ${this.here(expected)} became ${actual}`);
    }
    if (interaction.res === null) {
      if (ours !== undefined) texts.push('a body came with an empty answer');
      return texts;
    }
    if (ours === undefined) return [...texts, 'the body is missing'];
    return [...texts, ...this.compareBody(interaction.res, ours)];
  }

  private compareBody(recorded: JsonObject, ours: JsonObject): string[] {
    if (recorded['error'] !== undefined) return this.compareError(recorded['error'] as JsonObject, ours);
    if (recorded['compact'] !== true) return this.compareValues('', recorded, ours);
    const items = recorded['valueCount'] === undefined ? [ours] : ((ours['value'] ?? []) as JsonObject[]);
    const texts: string[] = [];
    if (recorded['valueCount'] !== undefined && recorded['valueCount'] !== items.length) {
      texts.push(`${String(recorded['valueCount'])} items became ${items.length}`);
    }
    const keys = (recorded['keys'] as string[]).filter((key) => key !== '@odata.context');
    if (items[0] !== undefined) texts.push(...compareKeys(keys, Object.keys(items[0])));
    const fields = recorded['fields'] as JsonObject | JsonObject[] | undefined;
    const wanted = Array.isArray(fields) ? fields : fields === undefined ? [] : [fields];
    for (const [at, one] of wanted.entries()) {
      const mine = wanted.length === 1 ? items[0] : this.counterpart(one, items, at);
      if (mine === undefined) texts.push(`item ${at} is missing`);
      else
        for (const [key, value] of Object.entries(one)) texts.push(...this.compareAt(key, value, mine[key]));
    }
    return texts;
  }

  private compareError(recorded: JsonObject, ours: JsonObject): string[] {
    const error = (ours['error'] ?? {}) as JsonObject;
    const texts: string[] = [];
    for (const key of ['code', 'message'] as const) {
      const wanted = this.here(recorded[key] ?? null);
      if (error[key] !== wanted) texts.push(`error.${key}: ${String(wanted)} became ${String(error[key])}`);
    }
    const inner = Object.keys((error['innerError'] ?? {}) as JsonObject);
    const keys = compareKeys(recorded['innerErrorKeys'] as string[], inner);
    return [...texts, ...keys.map((text) => `innerError: ${text}`)];
  }

  private compareValues(at: string, recorded: JsonObject, ours: JsonObject): string[] {
    return [
      ...compareKeys(Object.keys(recorded), Object.keys(ours)).map((text) => `${at}${text}`),
      ...Object.entries(recorded)
        .filter(([key]) => key in ours)
        .flatMap(([key, value]) => this.compareAt(`${at}${key}`, value, ours[key])),
    ];
  }

  /** Lists are compared as sets: their order moves at the real service too. */
  private compareAt(at: string, recorded: Json, ours: Json | undefined): string[] {
    const differs = [`${at}: ${JSON.stringify(recorded)} became ${JSON.stringify(ours)}`];
    if (VOLATILE.includes(at.split('.').at(-1) ?? '')) return typeof ours === typeof recorded ? [] : differs;
    if (Array.isArray(recorded)) {
      if (!Array.isArray(ours) || ours.length !== recorded.length) return differs;
      return recorded.flatMap((item, index) => {
        const mine = this.counterpart(item, ours, index);
        return mine === undefined ? differs : this.compareAt(`${at}.${index}`, item, mine);
      });
    }
    if (recorded !== null && typeof recorded === 'object') {
      if (ours === null || typeof ours !== 'object' || Array.isArray(ours)) return differs;
      return this.compareValues(`${at}.`, recorded, ours);
    }
    if (typeof recorded === 'string' && typeof ours === 'string') {
      if (DATE.test(recorded) && DATE.test(ours)) return [];
      return this.here(recorded) === ours ? [] : differs;
    }
    return recorded === ours ? [] : differs;
  }

  /** The item of ours that stands for the recorded one: by id where there is one, else equal, else by place. */
  private counterpart<T extends Json>(recorded: Json, ours: readonly T[], place: number): T | undefined {
    const id = (recorded as JsonObject | null)?.['id'];
    if (typeof id === 'string') {
      const wanted = this.here(id);
      return ours.find((one) => (one as JsonObject | null)?.['id'] === wanted);
    }
    return ours.find((one) => this.compareAt('', recorded, one).length === 0) ?? ours[place];
  }

  /** Learns which of our ids stand for recorded ones, wherever both answers have one in the same place. */
  private learn(recorded: Json, ours: Json): void {
    if (Array.isArray(recorded) && Array.isArray(ours)) {
      for (const [at, item] of recorded.entries()) this.learn(item, ours[at] ?? null);
      return;
    }
    if (!isObject(recorded) || !isObject(ours)) return;
    const fields = recorded['fields'];
    if (recorded['compact'] === true && fields !== undefined) {
      const target = recorded['valueCount'] === undefined ? ours : ours['value'];
      if (Array.isArray(fields)) this.learn(fields, target ?? null);
      else this.learn(fields, Array.isArray(target) ? (target[0] ?? null) : (target ?? null));
    }
    for (const [key, value] of Object.entries(recorded)) {
      const mine = ours[key];
      if (typeof value === 'string' && typeof mine === 'string') {
        const isId = key === 'id' || (GUID.test(value) && GUID.test(mine));
        if (isId && !this.names.has(value) && !this.isOurs(value)) this.names.set(value, mine);
      } else {
        this.learn(value, mine ?? null);
      }
    }
  }

  /** Well-known ids are the same in every tenant; they must not be mapped. */
  private isOurs(value: string): boolean {
    return /^0{8}-/.test(value) || value.startsWith('00000003-0000');
  }

  /** Replaces recorded names by ours, in texts and in everything inside a value. */
  private here<T extends Json>(value: T): T {
    if (typeof value === 'string') {
      let text: string = value;
      for (const [recorded, mine] of this.names) text = text.replaceAll(recorded, mine);
      return text as T;
    }
    if (Array.isArray(value)) return value.map((item) => this.here(item)) as T;
    if (!isObject(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, this.here(item)])) as T;
  }
}

function isObject(value: Json | undefined): value is JsonObject {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

function compareKeys(recorded: readonly string[], ours: readonly string[]): string[] {
  const relevant = (keys: readonly string[]): string[] => keys.filter((key) => key !== '@odata.context');
  const missing = relevant(recorded).filter((key) => !ours.includes(key));
  const extra = relevant(ours).filter((key) => !recorded.includes(key));
  return [
    ...(missing.length > 0 ? [`missing ${missing.join(', ')}`] : []),
    ...(extra.length > 0 ? [`extra ${extra.join(', ')}`] : []),
  ];
}

function bodyOf(answer: SimResponse): JsonObject | undefined {
  if (answer.body === undefined) return undefined;
  const bytes = Buffer.isBuffer(answer.body) ? answer.body.toString('utf8') : JSON.stringify(answer.body);
  return bytes === '' ? undefined : (JSON.parse(bytes) as JsonObject);
}

function headerOf(answer: SimResponse, name: string): string | undefined {
  return Object.entries(answer.headers).find(([key]) => key.toLowerCase() === name)?.[1];
}

function encodePath(path: string): string {
  const [before = '', ...after] = path.split('?');
  const query = after.join('?');
  const encoded = query === '' ? '' : `?${encodeURI(query).replaceAll('#', '%23').replaceAll('+', '%2B')}`;
  return `${encodeURI(before)}${encoded}`;
}
