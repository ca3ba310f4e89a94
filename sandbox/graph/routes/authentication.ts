import { noContent, type Answer, type Call } from '../http/call.js';
import { badRequest, notFound } from '../http/errors.js';
import type { Route } from '../http/router.js';
import { render } from '../schema/render.js';
import type { Entity, JsonValue, Props } from '../state/types.js';
import { refuseAdministrator, storedMethods, userOf, writeMethod } from './stored-methods.js';
import { createPass, tapType, usability } from './temporary-access-pass.js';

const passwordMethodId = '28c10230-6103-485e-b985-444c60001490';
const phoneType = '#microsoft.graph.phoneAuthenticationMethod';
const emailType = '#microsoft.graph.emailAuthenticationMethod';
const emailMethodId = '3ddfcfc8-9383-446f-83cc-3ab9be4be18f';

/** Phone methods have the same three ids for everybody. */
const phoneIds: Readonly<Record<string, string>> = {
  mobile: '3179e48a-750b-4051-897c-87b9720928f7',
  alternateMobile: 'b6332ec1-7057-4abe-9331-3d72feddfe41',
  office: 'e37fc753-ff3b-4958-9484-eaa9425c82bc',
};

function shown(call: Call, method: Entity): { [key: string]: JsonValue } {
  const item: { [key: string]: JsonValue } = {
    ...render(method, []),
    id: method.id.split('/').at(-1) ?? '',
  };
  return item['@odata.type'] === tapType ? { ...item, ...usability(call, method) } : item;
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
  const owner = userOf(call);
  const value = [passwordMethod(owner), ...storedMethods(call, owner).map((method) => shown(call, method))];
  return {
    status: 200,
    body: { '@odata.context': call.context(`users('${owner.id}')/authentication/methods`), value },
  };
}

/** The collection of one type: without @odata.type on its items. */
function methodsOf(segment: string, type: string): Route['handle'] {
  return (call) => {
    const owner = userOf(call);
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
  const owner = userOf(call);
  const found = storedMethods(call, owner).find(
    (method) => method.id === `${owner.id}/${call.param('method')}` && method.props['@odata.type'] === type,
  );
  if (!found) throw notFound(call.param('method'));
  return found;
}

function getMethod(segment: string, type: string): Route['handle'] {
  return (call) => {
    const isPassword = segment === 'passwordMethods' && call.param('method') === passwordMethodId;
    const found = isPassword ? passwordMethod(userOf(call)) : shown(call, methodOf(call, type));
    const { '@odata.type': _type, ...item } = found;
    return {
      status: 200,
      body: {
        '@odata.context': call.context(`users('${userOf(call).id}')/authentication/${segment}/$entity`),
        ...item,
      },
    };
  };
}

function createPhone(call: Call): Answer {
  const owner = userOf(call);
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
  const owner = userOf(call);
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
  writeMethod(
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
    refuseAdministrator(call, userOf(call));
    writeMethod(
      call,
      userOf(call),
      { op: 'set', id: method.id, props: call.members(known) },
      'Admin updated security info',
    );
    return noContent;
  };
}

/** One method of whatever type, with its type. */
function getAnyMethod(call: Call): Answer {
  const owner = userOf(call);
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
    refuseAdministrator(call, userOf(call));
    if (on && call.state.get('Sms')?.props['state'] !== 'enabled')
      throw badRequest('Sign-in by SMS is not enabled by the policy of the tenant.');
    const props = { smsSignInState: on ? 'ready' : 'notConfigured' };
    writeMethod(call, userOf(call), { op: 'set', id: method.id, props }, 'Admin updated security info');
    return noContent;
  };
}

function deleteMethod(type: string): Route['handle'] {
  return (call) => {
    const method = methodOf(call, type);
    refuseAdministrator(call, userOf(call));
    writeMethod(call, userOf(call), { op: 'purge', id: method.id }, 'Admin deleted security info');
    return noContent;
  };
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
