import { noContent, type Answer, type Call } from '../http/call.js';
import { badRequest, conflictOn, denied, invalidValue, malformed, notFound } from '../http/errors.js';
import type { Route } from '../http/router.js';
import { target } from '../core.js';
import { count, list, sourceOfList } from '../query/list.js';
import { shortcut } from '../query/shortcut.js';
import { mergedAttributes } from '../rules/custom-attributes.js';
import { refuseOverQuota } from '../rules/quota.js';
import { refuseRestricted, refuseRestrictedUpdate } from '../rules/restricted.js';
import { isAdministrator, mayTouchAdministrators } from '../rules/roles.js';
import { checkBody, requireProperties } from '../schema/check-body.js';
import { isoOf } from '../schema/render.js';
import { typeOf } from '../schema/types.js';
import { sensitiveUserProperties, userRequired, writableWhenSynced } from '../schema/user.js';
import type { Entity, JsonValue, Op, Props } from '../state/types.js';
import { changesOf, created, getOne, idInReference, liveByKey } from './entity.js';
import { refuseUndeclared } from '../rules/directory-extensions.js';
import { checkIdentity } from '../rules/user-identity.js';
import { checkNickname } from '../rules/mail-nickname.js';
import { directoryName } from './references.js';
import { allowedToRead, permissionsForUserProperty } from './user-permissions.js';

const type = typeOf('user');

function listUsers(call: Call): Answer {
  allowedToRead(call);
  const direct = shortcut(call, 'user');
  return list(call, {
    type,
    context: 'users',
    source: direct ?? sourceOfList(call.state.liveOf('user')),
  });
}

function getUser(call: Call): Answer {
  allowedToRead(call);
  return getOne(call, liveByKey(call, 'user', call.param('id')));
}

export function createUser(call: Call): Answer {
  const props = checkBody(type, call.body, 'create');
  requireProperties(type, props, userRequired);
  const profile = props['passwordProfile'] as Props | undefined;
  // Told so in public programs that read it (RestoreMonarchy, azure AD B2C clients).
  if (typeof profile?.['password'] !== 'string' || profile['password'] === '')
    throw badRequest('A password must be specified to create a new user.');
  checkPassword(profile['password'], props);
  checkNickname('User', props);
  checkName(call, props, null);
  checkIdentity(call, props, null);
  refuseUndeclared(call.state, 'user', props);
  refuseOverQuota(call);
  const id = call.core.newId();
  const ops: Op[] = [{ op: 'create', kind: 'user', id, props: storedAtCreate(call, props) }];
  for (const [annotation, value] of Object.entries(call.body as Props)) {
    if (annotation === 'manager@odata.bind') {
      const manager = call.state.get(String(idInReference(value)));
      if (!manager) throw notFound(String(idInReference(value)));
      ops.push({ op: 'link', kind: 'manager', from: id, to: manager.id });
    } else if (annotation.includes('@odata.') && annotation !== '@odata.type') {
      throw malformed(`The annotation '${annotation}' is not valid here.`);
    }
  }
  const shown = { displayName: props['displayName'], userPrincipalName: props['userPrincipalName'] };
  call.core.commit(ops, {
    actor: call.actor,
    correlationId: call.ids.clientRequestId,
    notes: [
      {
        activity: 'Add user',
        operation: 'Add',
        targets: [
          {
            id,
            type: 'User',
            displayName: String(shown.displayName),
            userPrincipalName: String(shown.userPrincipalName),
            groupType: null,
            changes: [],
          },
        ],
      },
    ],
  });
  return created(call, call.state.find(id) as Entity);
}

function storedAtCreate(call: Call, props: Props): Props {
  const stored: Props = { userType: 'Member', ...props };
  delete stored['passwordProfile'];
  if (typeof stored['mail'] === 'string') stored['proxyAddresses'] = [`SMTP:${stored['mail']}`];
  if (stored['customSecurityAttributes']) {
    call.require(permissionsForUserProperty('customSecurityAttributes'));
    stored['customSecurityAttributes'] = mergedAttributes(
      call.state,
      undefined,
      stored['customSecurityAttributes'],
    );
  }
  stored['lastPasswordChangeDateTime'] = isoOf(call.now);
  stored['signInSessionsValidFromDateTime'] = isoOf(call.now);
  return cleaned(stored);
}

/** null and '' are kept as "unset". */
export function cleaned(props: Props): Props {
  return Object.fromEntries(Object.entries(props).filter(([, value]) => value !== null && value !== ''));
}

function updateUser(call: Call): Answer {
  const user = liveByKey(call, 'user', call.param('id'));
  const props = checkBody(type, call.body, 'update', user.id);
  const names = Object.keys(props);
  for (const name of names)
    if (name !== 'passwordProfile' || !mayResetPasswords(call.callerRoles))
      call.require(permissionsForUserProperty(name));
  for (const annotation of Object.keys(call.body as Props))
    if (annotation.includes('@odata.') && annotation !== '@odata.type' && annotation !== '@odata.context')
      throw badRequest(`Property '${annotation}' cannot be set by an update.`);
  refuseSensitive(call, user, names);
  refuseRestrictedUpdate(call, user, names);
  if (user.props['onPremisesSyncEnabled'] === true && names.some((name) => !writableWhenSynced.has(name)))
    throw badRequest(
      'Unable to update the specified properties for on-premises mastered Directory Sync objects or objects currently undergoing migration.',
    );
  const outside = names.filter((name) => type.properties.get(name)?.outside);
  if (outside.length > 0 && outside.length < names.length)
    throw badRequest('Properties of the profile and of the directory cannot be updated in one request.');
  checkNickname('User', props);
  checkName(call, props, user);
  checkIdentity(call, props, user);
  refuseUndeclared(call.state, 'user', props);
  const set = storedAtUpdate(call, user, props);
  call.core.commit([{ op: 'set', id: user.id, props: set }], {
    actor: call.actor,
    correlationId: call.ids.clientRequestId,
    notes: notesOfUpdate(user, props),
  });
  return noContent;
}

function notesOfUpdate(user: Entity, props: Props) {
  const rest = changesOf(user, props);
  const notes = [];
  if ('passwordProfile' in props)
    notes.push({ activity: 'Reset user password', operation: 'Update' as const, targets: [target(user)] });
  if (rest.length > 0)
    notes.push({
      activity:
        rest.length === 1 && 'accountEnabled' in props
          ? props['accountEnabled'] === true
            ? 'Enable account'
            : 'Disable account'
          : 'Update user',
      operation: 'Update' as const,
      targets: [target(user, rest)],
    });
  return notes;
}

function storedAtUpdate(call: Call, user: Entity, props: Props): Props {
  const set: Props = {};
  for (const [name, value] of Object.entries(props)) set[name] = value === '' ? null : value;
  if ('passwordProfile' in set) {
    const profile = set['passwordProfile'] as Props | null;
    delete set['passwordProfile'];
    if (typeof profile?.['password'] === 'string') {
      checkPassword(profile['password'], { ...user.props, ...props });
      set['lastPasswordChangeDateTime'] = isoOf(call.now);
    }
  }
  if (set['onPremisesExtensionAttributes'])
    set['onPremisesExtensionAttributes'] = mergedObject(
      user.props['onPremisesExtensionAttributes'],
      set['onPremisesExtensionAttributes'],
    );
  if (set['customSecurityAttributes'])
    set['customSecurityAttributes'] = mergedAttributes(
      call.state,
      user.props['customSecurityAttributes'],
      set['customSecurityAttributes'],
    );
  if (typeof set['mail'] === 'string') {
    const others = ((user.props['proxyAddresses'] ?? []) as string[])
      .map((address) => `smtp:${address.replace(/^smtp:/i, '')}`)
      .filter((address) => address.toLowerCase() !== `smtp:${String(set['mail']).toLowerCase()}`);
    set['proxyAddresses'] = [`SMTP:${set['mail']}`, ...others];
  }
  return set;
}

function mergedObject(before: JsonValue | undefined, next: JsonValue): JsonValue {
  const merged = { ...(before as Props | undefined), ...(next as Props) };
  const left = cleaned(merged);
  return Object.keys(left).length === 0 ? null : left;
}

/** FACTS §1: a sensitive property of an administrator needs a directory role on the caller itself. */
export function refuseSensitive(call: Call, user: Entity, names: readonly string[]): void {
  if (!names.some((name) => sensitiveUserProperties.has(name))) return;
  if (isAdministrator(call.state, user) && !mayTouchAdministrators(call.callerRoles)) throw denied();
}

/** Of lower and upper case, digits and signs three at least, unless the user's policies say otherwise (msgraph-sdk-dotnet issue 2793). */
function checkPassword(password: string, props: Props): void {
  const classes = [/[a-z]/, /[A-Z]/, /\d/, /[^A-Za-z\d]/].filter((one) => one.test(password)).length;
  const mayBeWeak = /\bDisableStrongPassword\b/i.test(String(props['passwordPolicies'] ?? ''));
  if (password.length < 8 || password.length > 256 || (classes < 3 && !mayBeWeak))
    throw badRequest(
      'The specified password does not comply with password complexity requirements. Please provide a different password.',
    );
}

const passwordRoles = [
  'Global Administrator',
  'Privileged Authentication Administrator',
  'User Administrator',
  'Authentication Administrator',
  'Helpdesk Administrator',
  'Password Administrator',
];

/** A directory role on the caller does what User-PasswordProfile.ReadWrite.All would. */
const mayResetPasswords = (roles: ReadonlySet<string>): boolean =>
  passwordRoles.some((role) => roles.has(role));

const nameShape = /^[A-Za-z0-9'.\-_!#^~$&*+/=?{|}%`]{1,64}@([A-Za-z0-9-]+\.)+[A-Za-z0-9-]+$/;

/** userPrincipalName: shape, verified domain, unique among live users; mail likewise unique as an address. */
export function checkName(call: Call, props: Props, self: Entity | null): void {
  const name = props['userPrincipalName'];
  if (typeof name === 'string') {
    if (!nameShape.test(name))
      throw invalidValue('userPrincipalName', 'Property userPrincipalName is invalid.');
    const domain = name.split('@')[1]?.toLowerCase() ?? '';
    const verified = call.state
      .liveOf('domain')
      .all()
      .some((item) => item.id === domain && item.props['isVerified'] === true);
    if (!verified)
      throw invalidValue(
        'userPrincipalName',
        'The domain portion of the userPrincipalName property is invalid. You must use one of the verified domain names in your organization.',
      );
    const holder = call.state.userByName(name);
    if (holder && holder.id !== self?.id) throw conflictOn('userPrincipalName');
  }
  const mail = props['mail'];
  if (typeof mail === 'string' && mail !== '') {
    const holder = call.state.byAddress(mail);
    if (holder && holder.id !== self?.id) throw conflictOn('proxyAddresses', directoryName(holder));
  }
}

function deleteUser(call: Call): Answer {
  const user = liveByKey(call, 'user', call.param('id'));
  if (isAdministrator(call.state, user) && !mayTouchAdministrators(call.callerRoles)) throw denied();
  refuseRestricted(call, user);
  call.core.commit([{ op: 'bin', id: user.id }], {
    actor: call.actor,
    correlationId: call.ids.clientRequestId,
    notes: [{ activity: 'Delete user', operation: 'Delete', targets: [target(user)] }],
  });
  return noContent;
}

function revokeSessions(call: Call): Answer {
  const user = liveByKey(call, 'user', call.param('id'));
  call.core.commit(
    [{ op: 'set', id: user.id, props: { signInSessionsValidFromDateTime: isoOf(call.now) } }],
    {
      actor: call.actor,
      correlationId: call.ids.clientRequestId,
      notes: [
        {
          activity: 'Update StsRefreshTokenValidFrom Timestamp',
          operation: 'Update',
          targets: [target(user)],
        },
      ],
    },
  );
  return { status: 200, body: { '@odata.context': call.context('Edm.Boolean'), value: true } };
}

const read = [
  'User.ReadBasic.All',
  'User.Read.All',
  'User.ReadWrite.All',
  'Directory.Read.All',
  'Directory.ReadWrite.All',
];
const write = ['User.ReadWrite.All', 'Directory.ReadWrite.All'];

export const userRoutes: readonly Route[] = [
  { method: 'GET', pattern: '/users', permissions: read, units: 2, handle: listUsers },
  { method: 'POST', pattern: '/users', permissions: write, handle: createUser },
  {
    method: 'GET',
    pattern: '/users/$count',
    permissions: read,
    units: 2,
    handle: (call) => count(call, sourceOfList(call.state.liveOf('user')), type),
  },
  { method: 'GET', pattern: '/users/{id}', permissions: read, handle: getUser },
  // Which permission a PATCH needs depends on the properties in it.
  { method: 'PATCH', pattern: '/users/{id}', permissions: [], handle: updateUser },
  {
    method: 'DELETE',
    pattern: '/users/{id}',
    permissions: ['User.DeleteRestore.All', 'User.ReadWrite.All'],
    handle: deleteUser,
  },
  {
    method: 'POST',
    pattern: '/users/{id}/revokeSignInSessions',
    permissions: ['User.RevokeSessions.All', ...write],
    handle: revokeSessions,
  },
];
