import type { JsonValue, Props } from '../state/types.js';
import type { PopulationBuilder } from './builder.js';

/** Policies as a new tenant has them, one of each. Their values are Microsoft's defaults as far as the reference pages tell. */
export function addFurtherPolicies(to: PopulationBuilder, since: number): void {
  const add = (id: string, props: Props): void => {
    to.add('policy', id, props, since);
  };
  add('adminConsentRequestPolicy', {
    isEnabled: false,
    notifyReviewers: false,
    remindersEnabled: false,
    requestDurationInDays: 0,
    reviewers: [],
    version: 0,
  });
  add('authenticationFlowsPolicy', {
    displayName: 'Authentication flows policy',
    description:
      'Authentication flows policy allows modification of settings related to authentication flows.',
    selfServiceSignUp: { isEnabled: false },
  });
  add('crossTenantAccessPolicy', { displayName: 'CrossTenantAccessPolicy', allowedCloudEndpoints: [] });
  const everybody = (targetType: string): JsonValue => ({
    accessType: 'allowed',
    targets: [{ target: targetType === 'user' ? 'AllUsers' : 'AllApplications', targetType }],
  });
  const open = (): JsonValue => ({
    usersAndGroups: everybody('user'),
    applications: everybody('application'),
  });
  add('crossTenantAccessPolicy/default', {
    isServiceDefault: true,
    inboundTrust: {
      isMfaAccepted: false,
      isCompliantDeviceAccepted: false,
      isHybridAzureADJoinedDeviceAccepted: false,
    },
    b2bCollaborationInbound: open(),
    b2bCollaborationOutbound: open(),
    automaticUserConsentSettings: { inboundAllowed: false, outboundAllowed: false },
  });
  add('defaultAppManagementPolicy', {
    displayName: 'Default app management tenant policy',
    description: 'Default tenant policy that enforces app management restrictions.',
    isEnabled: false,
    applicationRestrictions: { passwordCredentials: [], keyCredentials: [] },
    servicePrincipalRestrictions: { passwordCredentials: [], keyCredentials: [] },
  });
  add('deviceRegistrationPolicy', {
    displayName: 'Device Registration Policy',
    description: 'Tenant-wide policy that manages initial provisioning controls.',
    userDeviceQuota: 50,
    multiFactorAuthConfiguration: 'notRequired',
    localAdminPassword: { isEnabled: false },
  });
  for (const risk of ['low', 'high'])
    to.add(
      'permissionGrantPolicy',
      `microsoft-user-default-${risk === 'low' ? 'low' : 'recommended'}`,
      {
        displayName: `Default User ${risk === 'low' ? 'Low Risk' : 'Recommended'} Policy`,
        description: 'Permissions that a person may consent to.',
      },
      since,
    );
}
