import type { Call } from '../http/call.js';
import { GraphError } from '../http/errors.js';
import type { Props } from '../state/types.js';

/** Whether the tenant owns one of these plans, assigned to anybody or not. */
const owns = (call: Call, plans: readonly string[]): boolean =>
  call.state
    .liveOf('subscribedSku')
    .all()
    .some(
      ({ props }) =>
        props['capabilityStatus'] === 'Enabled' &&
        ((props['servicePlans'] ?? []) as Props[]).some((one) =>
          plans.includes(String(one['servicePlanName'])),
        ),
    );

/** @throws GraphError 400 AadPremiumLicenseRequired in a tenant that does not own Entra ID P2 (FACTS §4) */
export function refuseWithoutPremium(call: Call): void {
  if (!owns(call, ['AAD_PREMIUM_P2']))
    throw new GraphError(
      400,
      'AadPremiumLicenseRequired',
      'The tenant needs to have Microsoft Entra ID P2 or Microsoft Entra ID Governance license.',
    );
}

/**
 * Sign-ins and who has registered which method take P1 (FACTS §8; turbot/steampipe-plugin-azuread issue 98, microsoft-graph-docs
 * issue 14120).
 * @throws GraphError 403 Authentication_RequestFromNonPremiumTenantOrB2CTenant
 */
export function refuseReportsWithoutPremium(call: Call): void {
  if (!owns(call, ['AAD_PREMIUM', 'AAD_PREMIUM_P2']))
    throw new GraphError(
      403,
      'Authentication_RequestFromNonPremiumTenantOrB2CTenant',
      "Neither tenant is B2C or tenant doesn't have premium license",
    );
}
