import type { Props } from '../state/types.js';
import { propertyTable } from './property.js';

/** FACTS §2 and §18: the default set of 33 in the recorded order, then what needs $select. */
export const groupProperties = propertyTable(`
  id                            text    d
  deletedDateTime               instant d
  classification                text    d w
  createdDateTime               instant d
  creationOptions               texts   d
  description                   text    d w 1024
  displayName                   text    d w ! 256
  expirationDateTime            instant d
  groupTypes                    texts   d w
  isAssignableToRole            flag    d c
  mail                          text    d
  mailEnabled                   flag    d w !
  mailNickname                  text    d w ! 64
  membershipRule                text    d w 3072
  membershipRuleProcessingState text    d w {On|Paused}
  onPremisesDomainName          text    d
  onPremisesLastSyncDateTime    instant d
  onPremisesNetBiosName         text    d
  onPremisesSamAccountName      text    d
  onPremisesSecurityIdentifier  text    d
  onPremisesSyncEnabled         flag    d
  preferredDataLocation         text    d w
  preferredLanguage             text    d w
  proxyAddresses                texts   d
  renewedDateTime               instant d
  resourceBehaviorOptions       texts   d c
  resourceProvisioningOptions   texts   d c
  securityEnabled               flag    d w !
  securityIdentifier            text    d
  theme                         text    d w
  visibility                    text    d w
  onPremisesProvisioningErrors  anyList d
  serviceProvisioningErrors     anyList d
  assignedLabels                anyList
  assignedLicenses              anyList
  licenseProcessingState        any
  isManagementRestricted        flag
  uniqueName                    text    w
  hasMembersWithLicenseErrors   flag    f
  allowExternalSenders          flag    w i =false
  autoSubscribeNewMembers       flag    w i =false
  hideFromAddressLists          flag    w i =false
  hideFromOutlookClients        flag    w i =false
  isSubscribedByMail            flag    w i =false
  unseenCount                   number  i =0
  isArchived                    flag    i
  preferredDataLanguage         text
`);

export const groupRequired = ['displayName', 'mailEnabled', 'mailNickname', 'securityEnabled'] as const;

export type GroupKind = 'microsoft365' | 'security' | 'mailSecurity' | 'distribution';

export function groupKindOf(props: Props): GroupKind {
  if (hasGroupType(props, 'Unified')) return 'microsoft365';
  if (props['mailEnabled'] === true)
    return props['securityEnabled'] === true ? 'mailSecurity' : 'distribution';
  return 'security';
}

export function hasGroupType(props: Props, type: 'Unified' | 'DynamicMembership'): boolean {
  return Array.isArray(props['groupTypes']) && props['groupTypes'].includes(type);
}

export const isDynamic = (props: Props): boolean => hasGroupType(props, 'DynamicMembership');

/** Mastered by Exchange: Graph reads them, and refuses every change (FACTS §2). */
export function isExchangeMastered(props: Props): boolean {
  const kind = groupKindOf(props);
  return kind === 'mailSecurity' || kind === 'distribution';
}

/** Goes to the recycle bin on DELETE, or is gone at once (FACTS §0, §10). */
export function groupSoftDeletes(props: Props, cloudSecurityGroupsToo: boolean): boolean {
  if (props['onPremisesSyncEnabled'] === true || isExchangeMastered(props)) return false;
  return groupKindOf(props) === 'microsoft365' || cloudSecurityGroupsToo;
}
