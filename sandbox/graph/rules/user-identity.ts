import type { Call } from '../http/call.js';
import { badRequest, invalidValue } from '../http/errors.js';
import type { Entity, Props } from '../state/types.js';

const invalid = (name: string) =>
  invalidValue(name, `Invalid value specified for property '${name}' of resource 'User'.`);

/**
 * What ties a user to a place, a domain that signs in elsewhere, or an own directory (FACTS §1).
 * @param self  the user that is updated; null for a create
 */
export function checkIdentity(call: Call, props: Props, self: Entity | null): void {
  const { usageLocation, onPremisesImmutableId, userPrincipalName } = props;
  if (typeof usageLocation === 'string' && !/^[A-Za-z]{2}$/.test(usageLocation))
    throw invalid('usageLocation');
  if (typeof onPremisesImmutableId === 'string' && /[$_]/.test(onPremisesImmutableId))
    throw invalid('onPremisesImmutableId');
  // Synced once, an object keeps its extension attributes to its source: false is not the same as never.
  const wasSynced = self !== null && self.props['onPremisesSyncEnabled'] !== undefined;
  if (wasSynced && 'onPremisesExtensionAttributes' in props)
    throw badRequest(
      'Unable to update the specified properties for on-premises mastered Directory Sync objects or objects currently undergoing migration.',
    );
  if (typeof userPrincipalName === 'string') {
    const domain = call.state.get(userPrincipalName.split('@')[1]?.toLowerCase() ?? '', 'domain');
    const anchor = onPremisesImmutableId ?? self?.props['onPremisesImmutableId'];
    if (domain?.props['authenticationType'] === 'Federated' && !anchor)
      throw badRequest(
        "A value is required for property 'onPremisesImmutableId' of resource 'User' in a federated domain.",
      );
  }
}
