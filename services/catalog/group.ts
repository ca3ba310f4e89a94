import type { JsonValue } from '../model/json.js';
import type { Properties } from '../model/directory.js';
import type { Obstacle, ObjectTypeSpec, PropertyRule } from './spec.js';
import {
  atCreate,
  createSet,
  kept,
  keptSet,
  listOf,
  required,
  searchKeys,
  setAtCreate,
  shown,
  shownSet,
  textOf,
  writable,
} from './rules.js';

/** Kinds of group by their properties (FACTS §2). Exported for the link rules; shared code asks `kindNameOf` and `obstacle`. */
const isUnified = (body: Properties): boolean => listOf(body, 'groupTypes').includes('Unified');
export const isDynamic = (body: Properties): boolean =>
  listOf(body, 'groupTypes').includes('DynamicMembership');
const isSynced = (body: Properties): boolean => body['onPremisesSyncEnabled'] === true;
/** Distribution lists and mail-enabled security groups: Exchange owns them, Graph only reads them. */
const isExchangeOwned = (body: Properties): boolean => body['mailEnabled'] === true && !isUnified(body);
export const isRoleAssignable = (body: Properties): boolean => body['isAssignableToRole'] === true;

const MAIL_ENABLED: Obstacle = {
  reason: 'mail-enabled group, Graph cannot change it',
  where: 'Exchange admin centre',
  leavesWork: true,
};
const SYNCED_GROUP: Obstacle = {
  reason: 'synced from on-premises, Graph cannot change it',
  where: 'on-premises Active Directory',
  leavesWork: true,
};
const RESTRICTED_GROUP: Obstacle = {
  reason: 'in a restricted management unit, only its own administrators can change it',
  where: 'Entra admin centre, by an administrator of that unit',
  leavesWork: true,
};

/** Why nothing of this group can be written, whatever is asked; null = it can. */
export function groupObstacle(body: Properties): Obstacle | null {
  if (isSynced(body)) return SYNCED_GROUP;
  if (isExchangeOwned(body)) return MAIL_ENABLED;
  return body['isManagementRestricted'] === true ? RESTRICTED_GROUP : null;
}

const byRule = (before: JsonValue | undefined, after: JsonValue): string | null =>
  typeof after === 'string' && after !== before ? 'memberships by the rule of this group' : null;
const byRunningRule = (before: JsonValue | undefined, after: JsonValue): string | null =>
  after === 'On' && before !== 'On' ? 'memberships by the rule of this group' : null;

const KIND_BECAUSE = 'the kind of a group is fixed when it is made';

/** Every property that GET /groups gives with $select and Group.Read.All (FACTS §2), without those that only GET by id knows. */
const properties: Readonly<Record<string, PropertyRule>> = {
  assignedLabels: shownSet('Sensitivity labels', 'labels can be set by a signed-in person only'),
  assignedLicenses: keptSet('Licences'),
  classification: writable('Classification'),
  createdDateTime: kept('Created'),
  description: writable('Description'),
  displayName: required('Name'),
  expirationDateTime: kept('Expires'),
  groupTypes: setAtCreate('Kind', {
    words: kindNameOf,
    because:
      'switching between assigned and dynamic removes the members that the rule does not match; do it by hand',
  }),
  isAssignableToRole: atCreate('Role-assignable', { because: KIND_BECAUSE }),
  isManagementRestricted: kept('In a restricted management unit'),
  licenseProcessingState: kept('Licence processing'),
  mail: shown('Mail', 'Exchange makes it from the mail nickname', {
    compare: 'caseless',
    follows: ['mailNickname'],
  }),
  mailEnabled: atCreate('Mail-enabled', { because: KIND_BECAUSE }),
  mailNickname: required('Mail nickname', { compare: 'caseless' }),
  membershipRule: writable('Membership rule', { gives: byRule }),
  membershipRuleProcessingState: writable('Rule processing', { gives: byRunningRule }),
  onPremisesDomainName: kept('On-premises domain'),
  onPremisesLastSyncDateTime: kept('Last sync'),
  onPremisesNetBiosName: kept('On-premises NetBIOS name'),
  onPremisesProvisioningErrors: keptSet('On-premises provisioning errors'),
  onPremisesSamAccountName: kept('On-premises SAM account name'),
  onPremisesSecurityIdentifier: kept('On-premises security identifier'),
  onPremisesSyncEnabled: kept('Synced from on-premises'),
  preferredDataLocation: writable('Preferred data location'),
  preferredLanguage: writable('Preferred language'),
  proxyAddresses: shownSet('Mail addresses', 'Exchange makes them from the mail nickname', {
    follows: ['mailNickname'],
  }),
  renewedDateTime: kept('Renewed'),
  resourceBehaviorOptions: setAtCreate('Microsoft 365 behaviour', {
    because: 'accepted only when the group is made',
  }),
  resourceProvisioningOptions: shownSet(
    'Microsoft 365 resources',
    'set by Microsoft 365 when a team is made of the group',
  ),
  securityEnabled: required('Security-enabled'),
  securityIdentifier: kept('Security identifier'),
  serviceProvisioningErrors: keptSet('Service provisioning errors'),
  theme: writable('Theme'),
  uniqueName: atCreate('Unique name', { because: 'can be set once only' }),
  visibility: required('Visibility'),
};

function kindNameOf(body: Properties): string {
  if (isDynamic(body)) return isUnified(body) ? 'dynamic Microsoft 365 group' : 'dynamic group';
  if (isUnified(body)) return 'Microsoft 365 group';
  if (isExchangeOwned(body))
    return body['securityEnabled'] === true ? 'mail-enabled security group' : 'distribution list';
  return isRoleAssignable(body) ? 'role-assignable group' : 'security group';
}

/** Graph refuses `visibility` other than Private for role-assignable groups and on plain security groups knows only null. */
function createBody(body: Properties): Properties {
  const set = createSet(properties, body);
  const base: Properties = {
    mailEnabled: body['mailEnabled'] ?? false,
    securityEnabled: body['securityEnabled'] ?? true,
    groupTypes: listOf(body, 'groupTypes'),
    ...set,
  };
  // false is Graph's default; naming it asks for a permission (RoleManagement) that an ordinary group does not need
  return base['isAssignableToRole'] === true ? base : without(base, 'isAssignableToRole');
}

const without = (body: Properties, property: string): Properties =>
  Object.fromEntries(Object.entries(body).filter(([name]) => name !== property));

export const group: ObjectTypeSpec = {
  name: 'group',
  label: 'group',
  plural: 'groups',
  graph: {
    collection: '/groups',
    odataType: '#microsoft.graph.group',
    deletedCast: 'microsoft.graph.group',
    select: Object.keys(properties),
    deltaLinks: ['members', 'owners'],
    search: ['displayName', 'mail', 'mailNickname'],
    bodyInBin: (_id, body) => body,
    expand: {},
  },
  properties,
  shownFirst: [
    'displayName',
    'description',
    'mail',
    'groupTypes',
    'securityEnabled',
    'mailEnabled',
    'isAssignableToRole',
    'membershipRule',
    'membershipRuleProcessingState',
    'visibility',
    'mailNickname',
  ],
  naturalKeys: ['uniqueName', 'mailNickname'],
  nameOf: (body) =>
    textOf(body, 'displayName') ??
    textOf(body, 'mail') ??
    textOf(body, 'mailNickname') ??
    'a group without a name',
  keyOf: (body) => textOf(body, 'mail'),
  keysOf: (body) =>
    searchKeys(
      textOf(body, 'displayName'),
      textOf(body, 'mail'),
      textOf(body, 'mailNickname'),
      textOf(body, 'uniqueName'),
    ),
  kindNameOf,
  hintOf: kindNameOf,
  obstacle: groupObstacle,
  softDeletes: (body) => !isSynced(body) && !isExchangeOwned(body),
  createBody,
  permissions: {
    read: [['Group.Read.All', 'Directory.Read.All', 'Group.ReadWrite.All', 'Directory.ReadWrite.All']],
    restore: [['Group.ReadWrite.All', 'Directory.ReadWrite.All']],
  },
  neverRestored: [
    'Distribution lists and mail-enabled security groups belong to Exchange: they are shown here and restored in the Exchange admin centre.',
    'Groups synced from on-premises are shown here and restored at their source.',
    'Members of a dynamic group are left to its rule; the rule and its state are restored.',
    'Conversations, files and teams of a Microsoft 365 group come back with an undelete only.',
    'Group licences are not restored yet.',
  ],
  signsIn: false,
  schemaVersion: 1,
};
