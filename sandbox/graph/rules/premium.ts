import type { Call } from '../http/call.js';
import { GraphError } from '../http/errors.js';
import type { Props } from '../state/types.js';

const plan = 'AAD_PREMIUM_P2';

/** @throws GraphError 400 AadPremiumLicenseRequired in a tenant that does not own Entra ID P2 (FACTS §4) */
export function refuseWithoutPremium(call: Call): void {
  const owns = call.state
    .liveOf('subscribedSku')
    .all()
    .some(
      ({ props }) =>
        props['capabilityStatus'] === 'Enabled' &&
        ((props['servicePlans'] ?? []) as Props[]).some((one) => one['servicePlanName'] === plan),
    );
  if (!owns)
    throw new GraphError(
      400,
      'AadPremiumLicenseRequired',
      'The tenant needs to have Microsoft Entra ID P2 or Microsoft Entra ID Governance license.',
    );
}
