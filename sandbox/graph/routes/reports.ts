import type { Answer, Call } from '../http/call.js';
import { notFound } from '../http/errors.js';
import type { Route } from '../http/router.js';
import { itemsOf, listItems } from '../query/items.js';
import { refuseReportsWithoutPremium } from '../rules/premium.js';
import { isAdministrator } from '../rules/roles.js';
import { isoOf } from '../schema/render.js';
import type { Entity, Props } from '../state/types.js';

const hour = 3600 * 1000;
const day = 24 * hour;

/** What the report calls each kind of authentication method. */
const reportNames: Readonly<Record<string, (method: Props) => string>> = {
  phoneAuthenticationMethod: (method) =>
    ({ mobile: 'mobilePhone', alternateMobile: 'alternateMobilePhone', office: 'officePhone' })[
      String(method['phoneType'])
    ] ?? 'mobilePhone',
  emailAuthenticationMethod: () => 'email',
  fido2AuthenticationMethod: () => 'passKeyDeviceBound',
  microsoftAuthenticatorAuthenticationMethod: () => 'microsoftAuthenticatorPush',
  windowsHelloForBusinessAuthenticationMethod: () => 'windowsHelloForBusiness',
  softwareOathAuthenticationMethod: () => 'softwareOneTimePasscode',
  temporaryAccessPassAuthenticationMethod: () => 'temporaryAccessPass',
};
const forReset = new Set(['mobilePhone', 'alternateMobilePhone', 'officePhone', 'email']);
const passwordless = new Set(['passKeyDeviceBound', 'windowsHelloForBusiness']);

type MethodsByUser = ReadonlyMap<string, readonly string[]>;

function methodsByUser(call: Call): MethodsByUser {
  const found = new Map<string, string[]>();
  for (const { props } of call.state.liveOf('authenticationMethod').all()) {
    const name = reportNames[String(props['@odata.type']).replace('#microsoft.graph.', '')]?.(props);
    if (name === undefined) continue;
    const user = String(props['~user']);
    found.set(user, [...(found.get(user) ?? []), name].sort());
  }
  return found;
}

function detailsOf(call: Call, user: Entity, methods: MethodsByUser): Props {
  const registered = [...(methods.get(user.id) ?? [])];
  const strong = registered.filter((name) => name !== 'email' && name !== 'temporaryAccessPass');
  const canReset = registered.some((name) => forReset.has(name));
  const { displayName, userPrincipalName, userType } = user.props;
  return {
    id: user.id,
    userPrincipalName: userPrincipalName ?? '',
    userDisplayName: displayName ?? '',
    userType: userType === 'Guest' ? 'guest' : 'member',
    isAdmin: isAdministrator(call.state, user),
    isSsprRegistered: canReset,
    isSsprEnabled: true,
    isSsprCapable: canReset,
    isMfaRegistered: strong.length > 0,
    isMfaCapable: strong.length > 0,
    isPasswordlessCapable: registered.some((name) => passwordless.has(name)),
    methodsRegistered: registered,
    isSystemPreferredAuthenticationMethodEnabled: true,
    systemPreferredAuthenticationMethods: [],
    userPreferredMethodForSecondaryAuthentication: strong.includes('microsoftAuthenticatorPush')
      ? 'push'
      : strong.includes('mobilePhone')
        ? 'sms'
        : 'none',
    // The report's own time, not the user's (FACTS §8).
    lastUpdatedDateTime: isoOf(Math.floor(call.now / hour) * hour),
  };
}

const registrationSet = 'reports/authenticationMethods/userRegistrationDetails';

function listRegistrations(call: Call): Answer {
  refuseReportsWithoutPremium(call);
  const methods = methodsByUser(call);
  const users = call.state.liveOf('user').all();
  return listItems(call, registrationSet, {
    length: users.length,
    at: (index) => {
      const user = users[index];
      return user && detailsOf(call, user, methods);
    },
  });
}

function getRegistration(call: Call): Answer {
  refuseReportsWithoutPremium(call);
  const user = call.state.get(call.param('id').toLowerCase(), 'user');
  if (!user) throw notFound(call.param('id'));
  const body = detailsOf(call, user, methodsByUser(call));
  return { status: 200, body: { '@odata.context': call.context(`${registrationSet}/$entity`), ...body } };
}

/** The score is kept for ninety days. Its past is a guess: a slow rise to today's, which is counted from the tenant. */
const daysKept = 90;

interface Control {
  readonly name: string;
  readonly max: number;
  readonly share: number;
}

/** Share of each control that the tenant fulfils, 0 to 1. */
function controlsOf(call: Call): Control[] {
  const methods = methodsByUser(call);
  const users = call.state.liveOf('user').all();
  const registered = users.filter((user) => (methods.get(user.id) ?? []).length > 0).length;
  const administrators = new Set(
    call.state
      .liveOf('roleAssignment')
      .all()
      .map((assignment) => String(assignment.props['principalId'])),
  );
  const protectedOnes = [...administrators].filter((id) => (methods.get(id) ?? []).length > 0).length;
  const enforced = call.state
    .liveOf('conditionalAccessPolicy')
    .all()
    .filter(({ props }) => props['state'] === 'enabled').length;
  return [
    {
      name: 'AdminMFAV2',
      max: 10,
      share: administrators.size === 0 ? 1 : protectedOnes / administrators.size,
    },
    { name: 'MFARegistrationV2', max: 9, share: users.length === 0 ? 1 : registered / users.length },
    { name: 'BlockLegacyAuthentication', max: 8, share: enforced > 0 ? 1 : 0 },
    { name: 'OneAdmin', max: 1, share: administrators.size > 1 ? 1 : 0 },
    { name: 'SelfServicePasswordReset', max: 1, share: 1 },
  ];
}

function scoreOf(call: Call, controls: readonly Control[], daysAgo: number): Props {
  const at = Math.floor(call.now / day) * day - daysAgo * day;
  const faded = 1 - daysAgo / 1000;
  const scores = controls.map(({ name, max, share }) => ({
    controlCategory: 'Identity',
    controlName: name,
    score: Math.round(max * share * faded * 100) / 100,
  }));
  const users = call.state.liveOf('user').size;
  return {
    id: `${call.core.tenantId}_${isoOf(at).slice(0, 10)}`,
    azureTenantId: call.core.tenantId,
    activeUserCount: users,
    createdDateTime: isoOf(at),
    currentScore: Math.round(scores.reduce((sum, { score }) => sum + score, 0) * 100) / 100,
    enabledServices: ['HasAADP1', 'HasAADP2'],
    licensedUserCount: users,
    maxScore: controls.reduce((sum, { max }) => sum + max, 0),
    averageComparativeScores: [
      { basis: 'AllTenants', averageScore: 12.5 },
      { basis: 'TotalSeats', averageScore: 14 },
    ],
    controlScores: scores,
    vendorInformation: {
      provider: 'SecureScore',
      providerVersion: null,
      subProvider: null,
      vendor: 'Microsoft',
    },
  };
}

/** One a day, newest first. */
const scoresOf = (call: Call): Props[] => {
  const controls = controlsOf(call);
  return Array.from({ length: daysKept }, (_, daysAgo) => scoreOf(call, controls, daysAgo));
};

function getScore(call: Call): Answer {
  const found = scoresOf(call).find(({ id }) => id === call.param('id'));
  if (!found) throw notFound(call.param('id'));
  return { status: 200, body: { '@odata.context': call.context('security/secureScores/$entity'), ...found } };
}

/** What the score is made of. The texts are ours; Microsoft's are longer. */
function profilesOf(call: Call): Props[] {
  return controlsOf(call).map(({ name, max }, index) => ({
    id: name,
    azureTenantId: call.core.tenantId,
    title: name,
    maxScore: max,
    rank: index + 1,
    actionType: 'Config',
    controlCategory: 'Identity',
    service: 'AzureAD',
    tier: 'Core',
    deprecated: false,
    userImpact: 'Low',
    implementationCost: 'Low',
    threats: ['accountBreach'],
    controlStateUpdates: [],
    complianceInformation: [],
    vendorInformation: {
      provider: 'SecureScore',
      providerVersion: null,
      subProvider: null,
      vendor: 'Microsoft',
    },
  }));
}

function getProfile(call: Call): Answer {
  const found = profilesOf(call).find(({ id }) => id === call.param('id'));
  if (!found) throw notFound(call.param('id'));
  const context = call.context('security/secureScoreControlProfiles/$entity');
  return { status: 200, body: { '@odata.context': context, ...found } };
}

const auditLog = ['AuditLog.Read.All'];
const score = ['SecurityEvents.Read.All', 'SecurityEvents.ReadWrite.All'];
const registrations = '/reports/authenticationMethods/userRegistrationDetails';

export const reportRoutes: readonly Route[] = [
  { method: 'GET', pattern: registrations, permissions: auditLog, handle: listRegistrations },
  { method: 'GET', pattern: `${registrations}/{id}`, permissions: auditLog, handle: getRegistration },
  {
    method: 'GET',
    pattern: '/security/secureScores',
    permissions: score,
    handle: (call) => listItems(call, 'security/secureScores', itemsOf(scoresOf(call))),
  },
  { method: 'GET', pattern: '/security/secureScores/{id}', permissions: score, handle: getScore },
  {
    method: 'GET',
    pattern: '/security/secureScoreControlProfiles',
    permissions: score,
    handle: (call) => listItems(call, 'security/secureScoreControlProfiles', itemsOf(profilesOf(call))),
  },
  {
    method: 'GET',
    pattern: '/security/secureScoreControlProfiles/{id}',
    permissions: score,
    handle: getProfile,
  },
];
