import { randomInt } from 'node:crypto';
import { noContent, type Answer, type Call } from '../http/call.js';
import { badRequest, denied, malformed, notFound } from '../http/errors.js';
import type { Route } from '../http/router.js';
import { target } from '../core.js';
import { groupsAbove, isAdministrator, mayTouchAdministrators } from '../rules/roles.js';
import { render } from '../schema/render.js';
import type { Entity, JsonValue, Op, Props } from '../state/types.js';
import { liveByKey } from './entity.js';

const passwordMethodId = '28c10230-6103-485e-b985-444c60001490';
const tapType = '#microsoft.graph.temporaryAccessPassAuthenticationMethod';
const phoneType = '#microsoft.graph.phoneAuthenticationMethod';
const emailType = '#microsoft.graph.emailAuthenticationMethod';
const emailMethodId = '3ddfcfc8-9383-446f-83cc-3ab9be4be18f';

/** Phone methods have the same three ids for everybody. */
const phoneIds: Readonly<Record<string, string>> = {
  mobile: '3179e48a-750b-4051-897c-87b9720928f7',
  alternateMobile: 'b6332ec1-7057-4abe-9331-3d72feddfe41',
  office: 'e37fc753-ff3b-4958-9484-eaa9425c82bc',
};

const user = (call: Call): Entity => liveByKey(call, 'user', call.param('id'));

/** Stored methods of a user; their state ids begin with the user's. */
function storedMethods(call: Call, owner: Entity): Entity[] {
  const list = call.state.liveOf('authenticationMethod');
  const found: Entity[] = [];
  for (let i = list.indexOf(`${owner.id}/`); i < list.size; i += 1) {
    const method = list.all()[i] as Entity;
    if (!method.id.startsWith(`${owner.id}/`)) break;
    found.push(method);
  }
  return found;
}

function shown(call: Call, method: Entity): { [key: string]: JsonValue } {
  const item: { [key: string]: JsonValue } = {
    ...render(method, []),
    id: method.id.split('/').at(-1) ?? '',
  };
  return item['@odata.type'] === tapType ? { ...item, ...usability(call, method) } : item;
}

function usability(call: Call, pass: Entity): { [key: string]: JsonValue } {
  const start = Date.parse(String(pass.props['startDateTime']));
  const end = start + Number(pass.props['lifetimeInMinutes']) * 60_000;
  const owner = call.state.get(String(pass.props['~user']));
  const reason =
    call.now >= end
      ? 'Expired'
      : call.now < start
        ? 'NotYetValid'
        : owner && mayUsePass(call, owner)
          ? 'EnabledByPolicy'
          : 'DisabledByPolicy';
  return { isUsable: reason === 'EnabledByPolicy', methodUsabilityReason: reason, temporaryAccessPass: null };
}

function passwordMethod(owner: Entity): { [key: string]: JsonValue } {
  return {
    '@odata.type': '#microsoft.graph.passwordAuthenticationMethod',
    id: passwordMethodId,
    password: null,
    createdDateTime: owner.props['lastPasswordChangeDateTime'] ?? null,
  };
}

function allMethods(call: Call): Answer {
  const owner = user(call);
  const value = [passwordMethod(owner), ...storedMethods(call, owner).map((method) => shown(call, method))];
  return {
    status: 200,
    body: { '@odata.context': call.context(`users('${owner.id}')/authentication/methods`), value },
  };
}

/** The collection of one type: without @odata.type on its items. */
function methodsOf(segment: string, type: string): Route['handle'] {
  return (call) => {
    const owner = user(call);
    const items =
      segment === 'passwordMethods'
        ? [passwordMethod(owner)]
        : storedMethods(call, owner)
            .filter((method) => method.props['@odata.type'] === type)
            .map((method) => shown(call, method));
    const value = items.map((item) =>
      Object.fromEntries(Object.entries(item).filter(([name]) => name !== '@odata.type')),
    );
    return {
      status: 200,
      body: { '@odata.context': call.context(`users('${owner.id}')/authentication/${segment}`), value },
    };
  };
}

function methodOf(call: Call, type: string): Entity {
  const owner = user(call);
  const found = storedMethods(call, owner).find(
    (method) => method.id === `${owner.id}/${call.param('method')}` && method.props['@odata.type'] === type,
  );
  if (!found) throw notFound(call.param('method'));
  return found;
}

function getMethod(segment: string, type: string): Route['handle'] {
  return (call) => {
    const isPassword = segment === 'passwordMethods' && call.param('method') === passwordMethodId;
    const found = isPassword ? passwordMethod(user(call)) : shown(call, methodOf(call, type));
    const { '@odata.type': _type, ...item } = found;
    return {
      status: 200,
      body: {
        '@odata.context': call.context(`users('${user(call).id}')/authentication/${segment}/$entity`),
        ...item,
      },
    };
  };
}

/** FACTS §8: whether an app may write methods of an administrator is unproven; a switch, open by default. */
function refuseAdministrator(call: Call, owner: Entity): void {
  if (call.core.switches.methodsOfAdministratorsOpen) return;
  if (isAdministrator(call.state, owner) && !mayTouchAdministrators(call.callerRoles)) throw denied();
}

function passConfiguration(call: Call): Props {
  return call.state.get('TemporaryAccessPass')?.props ?? {};
}

/** Included by the policy, as everybody or through a group, and not excluded. */
function mayUsePass(call: Call, owner: Entity): boolean {
  const policy = passConfiguration(call);
  if (policy['state'] !== 'enabled') return false;
  const groups = groupsAbove(call.state, owner.id);
  const named = (targets: JsonValue | undefined): boolean =>
    Array.isArray(targets) &&
    targets.some((item) => {
      const id = String((item as Props)['id']);
      return id === 'all_users' || groups.has(id) || id === owner.id;
    });
  return named(policy['includeTargets']) && !named(policy['excludeTargets']);
}

function createPass(call: Call): Answer {
  const owner = user(call);
  refuseAdministrator(call, owner);
  const body = call.members(['lifetimeInMinutes', 'isUsableOnce', 'startDateTime']);
  const policy = passConfiguration(call);
  if (owner.props['userType'] === 'Guest')
    throw badRequest('Temporary Access Pass cannot be added to an external guest user.');
  if (policy['state'] !== 'enabled')
    throw badRequest('Temporary Access Pass is not enabled by the policy of the tenant.');
  const lifetime = body['lifetimeInMinutes'] ?? policy['defaultLifetimeInMinutes'] ?? 60;
  const least = Math.max(10, Number(policy['minimumLifetimeInMinutes'] ?? 10));
  const most = Math.min(43_200, Number(policy['maximumLifetimeInMinutes'] ?? 43_200));
  if (typeof lifetime !== 'number' || !Number.isInteger(lifetime) || lifetime < least || lifetime > most)
    throw badRequest(`The value of lifetimeInMinutes must be between ${least} and ${most}.`);
  const once = body['isUsableOnce'] ?? policy['isUsableOnce'] ?? false;
  if (typeof once !== 'boolean') throw malformed("The parameter 'isUsableOnce' is a Boolean.");
  if (policy['isUsableOnce'] === true && !once)
    throw badRequest('The policy of the tenant allows one-time passes only.');
  if (storedMethods(call, owner).some((method) => method.props['@odata.type'] === tapType))
    throw badRequest('A Temporary Access Pass already exists for the user.');
  const start = body['startDateTime'] ?? new Date(call.now).toISOString();
  const props: Props = {
    '@odata.type': tapType,
    '~user': owner.id,
    createdDateTime: new Date(call.now).toISOString(),
    startDateTime: start,
    lifetimeInMinutes: lifetime,
    isUsableOnce: once,
  };
  const id = `${owner.id}/${call.core.newId()}`;
  write(
    call,
    owner,
    { op: 'create', kind: 'authenticationMethod', id, props },
    'User registered security info',
  );
  const { '@odata.type': _type, ...item } = shown(call, call.state.find(id) as Entity);
  return {
    status: 201,
    body: {
      '@odata.context': call.context(
        `users('${owner.id}')/authentication/temporaryAccessPassMethods/$entity`,
      ),
      ...item,
      // The value stands in this answer only and is kept nowhere.
      temporaryAccessPass: passValue(Number(policy['defaultLength'] ?? 8)),
    },
  };
}

const passAlphabet = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghjkmnpqrstuvwxyz23456789+@$%&*';

function passValue(length: number): string {
  return Array.from({ length }, () => passAlphabet[randomInt(passAlphabet.length)]).join('');
}

function createPhone(call: Call): Answer {
  const owner = user(call);
  refuseAdministrator(call, owner);
  const body = call.members(['phoneNumber', 'phoneType']);
  const phone = String(body['phoneType']);
  const methodId = phoneIds[phone];
  if (!methodId) throw badRequest("Invalid value specified for property 'phoneType'.");
  if (typeof body['phoneNumber'] !== 'string' || !/^\+\d{1,3} ?\d{4,14}(x\d+)?$/.test(body['phoneNumber']))
    throw badRequest("Invalid value specified for property 'phoneNumber'.");
  const id = `${owner.id}/${methodId}`;
  if (call.state.get(id)) throw badRequest(`A phone method of type '${phone}' already exists for the user.`);
  if (phone === 'alternateMobile' && !call.state.get(`${owner.id}/${String(phoneIds['mobile'])}`))
    throw badRequest('An alternate mobile phone needs a mobile phone first.');
  const props: Props = {
    '@odata.type': phoneType,
    '~user': owner.id,
    phoneNumber: body['phoneNumber'],
    phoneType: phone,
    smsSignInState: 'notAllowedByPolicy',
  };
  return addMethod(call, owner, id, props, 'phoneMethods');
}

function createEmail(call: Call): Answer {
  const owner = user(call);
  refuseAdministrator(call, owner);
  const { emailAddress } = call.members(['emailAddress']);
  if (typeof emailAddress !== 'string' || !/^\S+@\S+\.\S+$/.test(emailAddress))
    throw badRequest("Invalid value specified for property 'emailAddress'.");
  const id = `${owner.id}/${emailMethodId}`;
  if (call.state.get(id)) throw badRequest('An e-mail method already exists for the user.');
  return addMethod(
    call,
    owner,
    id,
    { '@odata.type': emailType, '~user': owner.id, emailAddress },
    'emailMethods',
  );
}

/** A method under an id that may have been used before: a purged one is written anew. */
function addMethod(call: Call, owner: Entity, id: string, props: Props, segment: string): Answer {
  write(
    call,
    owner,
    { op: 'create', kind: 'authenticationMethod', id, props },
    'Admin registered security info',
  );
  const { '@odata.type': _type, ...item } = shown(call, call.state.find(id) as Entity);
  return {
    status: 201,
    body: {
      '@odata.context': call.context(`users('${owner.id}')/authentication/${segment}/$entity`),
      ...item,
    },
  };
}

function updateMethod(type: string, known: readonly string[]): Route['handle'] {
  return (call) => {
    const method = methodOf(call, type);
    refuseAdministrator(call, user(call));
    write(
      call,
      user(call),
      { op: 'set', id: method.id, props: call.members(known) },
      'Admin updated security info',
    );
    return noContent;
  };
}

/** One method of whatever type, with its type. */
function getAnyMethod(call: Call): Answer {
  const owner = user(call);
  const key = call.param('method');
  const stored = storedMethods(call, owner).find((method) => method.id === `${owner.id}/${key}`);
  const item = key === passwordMethodId ? passwordMethod(owner) : stored && shown(call, stored);
  if (!item) throw notFound(key);
  const context = call.context(`users('${owner.id}')/authentication/methods/$entity`);
  return { status: 200, body: { '@odata.context': context, ...item } };
}

/** A number signs in by text message where the policy of the tenant lets it. */
function turnSmsSignIn(on: boolean): Route['handle'] {
  return (call) => {
    const method = methodOf(call, phoneType);
    refuseAdministrator(call, user(call));
    if (on && call.state.get('Sms')?.props['state'] !== 'enabled')
      throw badRequest('Sign-in by SMS is not enabled by the policy of the tenant.');
    const props = { smsSignInState: on ? 'ready' : 'notConfigured' };
    write(call, user(call), { op: 'set', id: method.id, props }, 'Admin updated security info');
    return noContent;
  };
}

function deleteMethod(type: string): Route['handle'] {
  return (call) => {
    const method = methodOf(call, type);
    refuseAdministrator(call, user(call));
    write(call, user(call), { op: 'purge', id: method.id }, 'Admin deleted security info');
    return noContent;
  };
}

function write(call: Call, owner: Entity, op: Op, activity: string): void {
  call.core.commit([op], {
    actor: call.actor,
    correlationId: call.ids.clientRequestId,
    notes: [{ activity, operation: 'Update', targets: [target(owner)] }],
  });
}

const broad = ['UserAuthenticationMethod.ReadWrite.All'];
const base = '/users/{id}/authentication';

/** One collection: its segment, its type, the family of its own permissions, and what may be done. */
const families: readonly {
  readonly segment: string;
  readonly type: string;
  readonly own: string;
  readonly create?: Route['handle'];
  readonly update?: readonly string[];
  readonly fixed?: true;
}[] = [
  { segment: 'temporaryAccessPassMethods', type: tapType, own: 'TAP', create: createPass },
  {
    segment: 'phoneMethods',
    type: phoneType,
    own: 'Phone',
    create: createPhone,
    update: ['phoneNumber', 'phoneType'],
  },
  { segment: 'emailMethods', type: emailType, own: 'Email', create: createEmail, update: ['emailAddress'] },
  {
    segment: 'passwordMethods',
    type: '#microsoft.graph.passwordAuthenticationMethod',
    own: 'Password',
    fixed: true,
  },
  { segment: 'fido2Methods', type: '#microsoft.graph.fido2AuthenticationMethod', own: 'Passkey' },
  {
    segment: 'microsoftAuthenticatorMethods',
    type: '#microsoft.graph.microsoftAuthenticatorAuthenticationMethod',
    own: 'MicrosoftAuthApp',
  },
  {
    segment: 'softwareOathMethods',
    type: '#microsoft.graph.softwareOathAuthenticationMethod',
    own: 'SoftwareOATH',
  },
  {
    segment: 'windowsHelloForBusinessMethods',
    type: '#microsoft.graph.windowsHelloForBusinessAuthenticationMethod',
    own: 'WindowsHello',
  },
];

export const authenticationRoutes: readonly Route[] = [
  {
    method: 'GET',
    pattern: `${base}/methods`,
    permissions: ['UserAuthenticationMethod.Read.All', ...broad],
    handle: allMethods,
  },
  {
    method: 'GET',
    pattern: `${base}/methods/{method}`,
    permissions: ['UserAuthenticationMethod.Read.All', ...broad],
    handle: getAnyMethod,
  },
  ...(['enable', 'disable'] as const).map((verb): Route => ({
    method: 'POST',
    pattern: `${base}/phoneMethods/{method}/${verb}SmsSignIn`,
    permissions: ['UserAuthMethod-Phone.ReadWrite.All', ...broad],
    handle: turnSmsSignIn(verb === 'enable'),
  })),
  ...families.flatMap(({ segment, type, own, create, update, fixed }): Route[] => {
    const writes = [`UserAuthMethod-${own}.ReadWrite.All`, ...broad];
    const reads = [`UserAuthMethod-${own}.Read.All`, 'UserAuthenticationMethod.Read.All', ...writes];
    const pattern = `${base}/${segment}`;
    const one = `${pattern}/{method}`;
    return [
      { method: 'GET', pattern, permissions: reads, handle: methodsOf(segment, type) },
      { method: 'GET', pattern: one, permissions: reads, handle: getMethod(segment, type) },
      ...(create ? [{ method: 'POST' as const, pattern, permissions: writes, handle: create }] : []),
      ...(update
        ? [
            {
              method: 'PATCH' as const,
              pattern: one,
              permissions: writes,
              handle: updateMethod(type, update),
            },
          ]
        : []),
      ...(fixed
        ? []
        : [{ method: 'DELETE' as const, pattern: one, permissions: writes, handle: deleteMethod(type) }]),
    ];
  }),
];
