import type { Call } from '../http/call.js';
import { badRequest, denied, invalidValue } from '../http/errors.js';
import { groupKindOf, hasGroupType, isDynamic, isExchangeMastered } from '../schema/group.js';
import type { Entity, Props } from '../state/types.js';
import { refuseUndeclared } from './directory-extensions.js';
import { checkNickname } from './mail-nickname.js';
import { refuseOverQuota, refuseTooManyGroups } from './quota.js';

/** What a group may be made as (FACTS §2). @throws a GraphError for the first thing that is wrong, rights and quotas last */
export function refuseGroupCreate(call: Call, props: Props): void {
  refuseUndeclared(call.state, 'group', props);
  refuseMailbox(call, Object.keys(props));
  checkNickname('Group', props);
  // An empty description is no value (told in public programs that create groups); null and none are.
  if (props['description'] === '')
    throw invalidValue(
      'description',
      "Invalid value specified for property 'description' of resource 'Group'.",
    );
  refuseKind(props);
  if (props['isAssignableToRole'] === true) refuseRoleAssignable(call, props);
  else call.require(['Group.Create', 'Group.ReadWrite.All', 'Directory.ReadWrite.All']);
  refuseOverQuota(call);
  refuseTooManyGroups(call, props);
}

/** What may change in a group later (FACTS §2). @param props  what is sent, checked for its shape */
export function refuseGroupUpdate(call: Call, entity: Entity, props: Props): void {
  refuseUndeclared(call.state, 'group', props);
  checkNickname('Group', props);
  refuseMailbox(call, Object.keys(props));
  call.require(['Group.ReadWrite.All', 'Directory.ReadWrite.All']);
  if (entity.props['isAssignableToRole'] === true) call.require(['RoleManagement.ReadWrite.Directory']);
  if (isExchangeMastered(entity.props))
    throw badRequest('Cannot Update a mail-enabled security groups and or distribution list.');
  if (entity.props['onPremisesSyncEnabled'] === true)
    throw badRequest(
      'Unable to update the specified properties for on-premises mastered Directory Sync objects or objects currently undergoing migration.',
    );
  const next = { ...entity.props, ...props };
  if (hasGroupType(next, 'Unified') !== hasGroupType(entity.props, 'Unified'))
    throw badRequest(
      "Property 'groupTypes' cannot be changed between a Microsoft 365 group and another kind.",
    );
  for (const name of ['mailEnabled', 'uniqueName'])
    if (name in props && entity.props[name] !== undefined && props[name] !== entity.props[name])
      throw badRequest(`Property '${name}' is read-only and cannot be set.`);
  if (
    props['visibility'] === 'HiddenMembership' ||
    (props['visibility'] !== undefined && entity.props['visibility'] === 'HiddenMembership')
  )
    throw badRequest("Invalid value specified for property 'visibility' of resource 'Group'.");
  if (isDynamic(next) && entity.props['isAssignableToRole'] === true)
    throw badRequest('A role-assignable group cannot be dynamic.');
  checkRule(next);
  if (isDynamic(next) && !isDynamic(entity.props))
    refuseTooManyGroups(call, { groupTypes: next['groupTypes'] ?? [] });
}

/** FACTS §2: what the API does not create. */
function refuseKind(props: Props): void {
  const types = props['groupTypes'];
  const hasTypes = Array.isArray(types) && types.length > 0;
  // microsoft-graph-docs-contrib issue 2815
  if (props['isAssignableToRole'] === true && props['mailEnabled'] === false && hasTypes)
    throw badRequest('GroupType cannot be set for security groups assignable to roles.');
  if (isExchangeMastered(props))
    throw badRequest(
      'The service does not currently support writes of mail-enabled groups. Please ensure that the mail-enablement property is unset and the security-enablement property is set.',
    );
  const kind = groupKindOf(props);
  if (kind === 'microsoft365' && props['mailEnabled'] !== true)
    throw badRequest("Invalid value specified for property 'mailEnabled' of resource 'Group'.");
  if (kind === 'security' && props['securityEnabled'] !== true)
    throw badRequest("Invalid value specified for property 'securityEnabled' of resource 'Group'.");
  checkRule(props);
  if (props['visibility'] === 'HiddenMembership' && kind !== 'microsoft365')
    throw badRequest("Invalid value specified for property 'visibility' of resource 'Group'.");
}

function checkRule(props: Props): void {
  if (isDynamic(props) && (!props['membershipRule'] || !props['membershipRuleProcessingState']))
    throw badRequest(
      "A dynamic group needs values for the properties 'membershipRule' and 'membershipRuleProcessingState'.",
    );
}

function refuseRoleAssignable(call: Call, props: Props): void {
  call.require(['RoleManagement.ReadWrite.Directory']);
  const wrong = props['securityEnabled'] !== true || isDynamic(props);
  const visibility = props['visibility'];
  if (wrong || (visibility !== undefined && visibility !== null && visibility !== 'Private'))
    throw badRequest(
      "A group with 'isAssignableToRole' is a security group with assigned members and visibility Private.",
    );
}

/** Kept by Exchange for the person who asks: a request of their own, and none for an application (FACTS §2). */
const ofMailbox = new Set([
  'allowExternalSenders',
  'autoSubscribeNewMembers',
  'hideFromAddressLists',
  'hideFromOutlookClients',
  'isSubscribedByMail',
]);

function refuseMailbox(call: Call, names: readonly string[]): void {
  const own = names.filter((name) => ofMailbox.has(name));
  if (own.length === 0) return;
  if (own.length < names.length)
    throw badRequest(`Property '${String(own[0])}' cannot be set together with properties of the directory.`);
  if (call.token.userId === undefined) throw denied();
}
