import { lostValueOps } from './directory-extensions.js';
import type { TenantState } from '../state/tenant-state.js';
import type { Entity, Kind, Op } from '../state/types.js';

/** Things that hang on a directory object by a property, and go when it is purged. */
const hanging: readonly (readonly [kind: Kind, properties: readonly string[]])[] = [
  ['roleAssignment', ['principalId', 'directoryScopeId']],
  ['roleEligibilitySchedule', ['principalId']],
  ['roleAssignmentSchedule', ['principalId']],
  ['appRoleAssignment', ['principalId', 'resourceId']],
  ['oAuth2PermissionGrant', ['clientId', 'principalId', 'resourceId']],
  ['authenticationMethod', ['~user']],
  ['federatedIdentityCredential', ['~application']],
  ['extensionProperty', ['~application']],
  ['photo', ['~of']],
  ['openTypeExtension', ['~of']],
  ['delegatedPermissionClassification', ['~of']],
];

/** What goes with purged objects, and the Temporary Access Pass that goes already with a deletion (FACTS §8). */
export function dependentOps(state: TenantState, ops: readonly Op[]): Op[] {
  const purged = new Set(ops.flatMap((op) => (op.op === 'purge' ? [op.id] : [])));
  const binned = new Set(ops.flatMap((op) => (op.op === 'bin' ? [op.id] : [])));
  if (purged.size === 0 && binned.size === 0) return [];
  const follow: Op[] = [];
  for (const [kind, properties] of hanging)
    for (const entity of state.liveOf(kind).all())
      if (goes(entity, properties, purged, binned)) {
        if (kind === 'extensionProperty') follow.push(...lostValueOps(state, entity));
        follow.push({ op: 'purge', id: entity.id });
      }
  return follow;
}

function goes(
  entity: Entity,
  properties: readonly string[],
  purged: ReadonlySet<string>,
  binned: ReadonlySet<string>,
): boolean {
  const names = properties.map((property) =>
    String(entity.props[property] ?? '').replace(/^\/(administrativeUnits\/)?/, ''),
  );
  if (names.some((name) => purged.has(name))) return true;
  const isPass = entity.props['@odata.type'] === '#microsoft.graph.temporaryAccessPassAuthenticationMethod';
  return isPass && names.some((name) => binned.has(name));
}
