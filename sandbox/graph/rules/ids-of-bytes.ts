/** Ids that Graph makes of the bytes of other ids, in base64url. */
import { createHash } from 'node:crypto';
import type { Props } from '../state/types.js';

/** Of a grant, so that the same one always has the same id (FACTS §18). */
export function grantId(props: Props): string {
  const { clientId, resourceId, principalId } = props;
  return base64urlOf([clientId, resourceId, ...(principalId ? [principalId] : [])].map(String));
}

/** Of an app role assignment: whom it is given to, then a part of its own (the examples of Microsoft's reference pages). */
export const appRoleAssignmentId = (principalId: string, own: string): string =>
  base64urlOf([principalId, own]);

/** Of one licence of a user: the tenant, then the SKU, so it is the same for everybody (a real answer of 2023, taken apart). */
export const licenceDetailId = (tenantId: string, skuId: string): string => base64urlOf([tenantId, skuId]);

/**
 * Of a role assignment: the definition, the principal and what it is limited to, then how: `-1` in the whole tenant, `-2` in a unit
 * (Microsoft's pages on roleAssignmentScheduleInstances and roleEligibilityScheduleInstances, taken apart). `-3` for an object itself
 * and `-4` for the scope of an application are guesses.
 */
export function roleAssignmentId(props: Props): string {
  const { roleDefinitionId, principalId, directoryScopeId, appScopeId } = props;
  const ends = [roleDefinitionId, principalId].map(String);
  const scope = String(directoryScopeId ?? '');
  if (appScopeId) return `${base64urlOf([...ends, digestOf(`${scope} ${String(appScopeId)}`)])}-4`;
  if (scope === '/') return `${base64urlOf(ends)}-1`;
  const limitedTo = base64urlOf([...ends, scope.split('/').at(-1) ?? '']);
  return scope.startsWith('/administrativeUnits/') ? `${limitedTo}-2` : `${limitedTo}-3`;
}

/** Of an eligibility as it holds now: like an assignment to the same, marked as eligible. */
export const eligibilityInstanceId = (props: Props): string => `${roleAssignmentId(props)}-e`;

const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 32);

const base64urlOf = (guids: readonly string[]): string =>
  Buffer.concat(guids.map(guidBytes)).toString('base64url');

/** A GUID's bytes as .NET writes them: the first three groups little-endian. */
function guidBytes(id: string): Buffer {
  const bytes = Buffer.from(id.replaceAll('-', ''), 'hex');
  return Buffer.from([3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15].map((i) => bytes[i] ?? 0));
}
