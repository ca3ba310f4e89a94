import type { JsonValue } from '../model/json.js';
import type { Properties } from '../model/directory.js';
import type { Obstacle, ObjectTypeSpec, PropertyRule } from './spec.js';
import {
  createSet,
  kept,
  keptSet,
  required,
  searchKeys,
  shownSet,
  textOf,
  writable,
  writableSet,
} from './rules.js';

const SYNCED: Obstacle = {
  reason: 'synced from on-premises, Graph cannot change it',
  where: 'on-premises Active Directory',
  leavesWork: true,
};

/** Extension attributes 1 to 15: Graph leaves some out where they were never set. */
const NO_EXTENSION_ATTRIBUTES: Readonly<Record<string, JsonValue>> = Object.fromEntries(
  Array.from({ length: 15 }, (_, index) => [`extensionAttribute${index + 1}`, null]),
);

const allExtensionAttributes = (value: JsonValue): JsonValue => {
  const all: Record<string, JsonValue> = { ...NO_EXTENSION_ATTRIBUTES };
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return all;
  for (const [name, text] of Object.entries(value as Record<string, JsonValue>))
    all[name] = text === '' ? null : text;
  return all;
};

const phonePermission = ['User-Phone.ReadWrite.All', 'User.ReadWrite.All', 'Directory.ReadWrite.All'];

/** Every property that GET /users gives with $select and User.Read.All (FACTS §1). Lengths and formats are Graph's to check. */
const properties: Readonly<Record<string, PropertyRule>> = {
  accountEnabled: required('Sign-in allowed', {
    permission: ['User.EnableDisableAccount.All', 'User.ReadWrite.All', 'Directory.ReadWrite.All'],
    gives: (before, after) => (after === true && before !== true ? 'a live account' : null),
  }),
  ageGroup: writable('Age group'),
  assignedLicenses: keptSet('Licences'),
  assignedPlans: keptSet('Service plans'),
  businessPhones: writableSet('Business phone', { permission: phonePermission }),
  city: writable('City'),
  companyName: writable('Company'),
  consentProvidedForMinor: writable('Consent for minor'),
  country: writable('Country'),
  createdDateTime: kept('Created'),
  creationType: kept('Creation type'),
  department: writable('Department'),
  displayName: required('Name'),
  employeeHireDate: writable('Hire date'),
  employeeId: writable('Employee ID'),
  employeeOrgData: writable('Organisation data'),
  employeeType: writable('Employee type'),
  externalUserState: kept('Invitation'),
  externalUserStateChangeDateTime: kept('Invitation changed'),
  faxNumber: writable('Fax'),
  givenName: writable('First name'),
  identities: shownSet('Sign-in identities', 'sign-in identities follow the user principal name', {
    follows: ['userPrincipalName'],
  }),
  imAddresses: keptSet('IM addresses'),
  isManagementRestricted: kept('In a restricted management unit'),
  isResourceAccount: kept('Resource account'),
  jobTitle: writable('Job title'),
  lastPasswordChangeDateTime: kept('Password changed'),
  legalAgeGroupClassification: kept('Legal age group'),
  licenseAssignmentStates: keptSet('Licence states'),
  mail: writable('Mail', { compare: 'caseless' }),
  mailNickname: required('Mail nickname', { compare: 'caseless' }),
  mobilePhone: writable('Mobile phone', { permission: phonePermission }),
  officeLocation: writable('Office'),
  onPremisesDistinguishedName: kept('On-premises distinguished name'),
  onPremisesDomainName: kept('On-premises domain'),
  onPremisesExtensionAttributes: writable('Extension attributes', { normal: allExtensionAttributes }),
  onPremisesImmutableId: writable('On-premises immutable ID'),
  onPremisesLastSyncDateTime: kept('Last sync'),
  onPremisesProvisioningErrors: keptSet('On-premises provisioning errors'),
  onPremisesSamAccountName: kept('On-premises SAM account name'),
  onPremisesSecurityIdentifier: kept('On-premises security identifier'),
  onPremisesSyncEnabled: kept('Synced from on-premises'),
  onPremisesUserPrincipalName: kept('On-premises user principal name'),
  otherMails: writableSet('Other mails', {
    permission: ['User-Mail.ReadWrite.All', 'User.ReadWrite.All', 'Directory.ReadWrite.All'],
  }),
  passwordPolicies: writable('Password policies'),
  postalCode: writable('Postal code'),
  preferredDataLocation: writable('Preferred data location'),
  preferredLanguage: writable('Preferred language'),
  provisionedPlans: keptSet('Provisioned plans'),
  proxyAddresses: shownSet('Mail addresses', 'Exchange keeps mail addresses in step with the mail property', {
    follows: ['mail', 'userPrincipalName'],
  }),
  securityIdentifier: kept('Security identifier'),
  showInAddressList: kept('Shown in address list'),
  signInSessionsValidFromDateTime: kept('Sessions valid from'),
  state: writable('State'),
  streetAddress: writable('Street'),
  surname: writable('Last name'),
  usageLocation: required('Usage location'),
  userPrincipalName: required('User principal name', { compare: 'caseless' }),
  userType: required('User type'),
};

/** In the recycle bin the UPN reads `{id without dashes}{upn}`, because its own is free again (FACTS §10). */
function bodyInBin(id: string, body: Properties): Properties {
  const upn = textOf(body, 'userPrincipalName');
  const prefix = id.replaceAll('-', '').toLowerCase();
  if (!upn?.toLowerCase().startsWith(prefix) || upn.length === prefix.length) return body;
  return { ...body, userPrincipalName: upn.slice(prefix.length) };
}

const isGuest = (body: Properties): boolean => body['userType'] === 'Guest';

export const user: ObjectTypeSpec = {
  name: 'user',
  label: 'user',
  plural: 'users',
  graph: {
    collection: '/users',
    odataType: '#microsoft.graph.user',
    deletedCast: 'microsoft.graph.user',
    select: Object.keys(properties),
    deltaLinks: ['manager'],
    keyProperty: 'userPrincipalName',
    search: ['displayName', 'givenName', 'surname', 'userPrincipalName', 'mail'],
    bodyInBin,
    expand: { manager: 'manager' },
  },
  properties,
  shownFirst: [
    'displayName',
    'userPrincipalName',
    'accountEnabled',
    'jobTitle',
    'department',
    'mail',
    'mobilePhone',
    'businessPhones',
    'officeLocation',
    'city',
    'country',
    'companyName',
    'employeeId',
    'userType',
    'usageLocation',
  ],
  naturalKeys: ['userPrincipalName'],
  nameOf: (body) =>
    textOf(body, 'displayName') ??
    textOf(body, 'userPrincipalName') ??
    textOf(body, 'mail') ??
    'a user without a name',
  // A guest is known by the address they were invited at; the sign-in name made of it reads like noise.
  keyOf: (body) =>
    (textOf(body, 'userType') === 'Guest' ? textOf(body, 'mail') : undefined) ??
    textOf(body, 'userPrincipalName') ??
    textOf(body, 'mail'),
  keysOf: (body) =>
    searchKeys(
      textOf(body, 'displayName'),
      textOf(body, 'userPrincipalName'),
      textOf(body, 'mail'),
      textOf(body, 'mailNickname'),
      textOf(body, 'employeeId'),
    ),
  kindNameOf: (body) => (isGuest(body) ? 'guest' : 'user'),
  hintOf: (body) => (isGuest(body) ? 'guest' : textOf(body, 'department')),
  obstacle: (body) => (body['onPremisesSyncEnabled'] === true ? SYNCED : restrictedUnit(body)),
  softDeletes: () => true,
  createBody: (body) => createSet(properties, body),
  permissions: {
    read: [['User.Read.All', 'Directory.Read.All', 'User.ReadWrite.All', 'Directory.ReadWrite.All']],
    restore: [
      ['User.ReadWrite.All', 'Directory.ReadWrite.All'],
      ['User.DeleteRestore.All', 'User.ReadWrite.All'],
    ],
  },
  neverRestored: [
    'Passwords are never stored, and nobody can read them: a recreated user gets a one-time credential.',
    'Sign-in methods (authenticator, passkeys, phone numbers) are not stored yet; an undelete brings them back, a recreated user registers them again.',
    'A deleted account whose 30 days are over comes back with a new ID; its mailbox and files are not part of Entra ID.',
    'Users synced from on-premises are shown here and restored at their source.',
    'Licences and application assignments come back with an undelete; they are not restored by themselves yet.',
  ],
  signsIn: true,
  schemaVersion: 1,
};

function restrictedUnit(body: Properties): Obstacle | null {
  if (body['isManagementRestricted'] !== true) return null;
  return {
    reason: 'in a restricted management unit, only its own administrators can change it',
    where: 'Entra admin centre, by an administrator of that unit',
    leavesWork: true,
  };
}
