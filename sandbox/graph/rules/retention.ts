import type { TenantCore } from '../core.js';
import { target } from '../core.js';
import type { Entity, Kind } from '../state/types.js';

const keptInMs = 30 * 24 * 3600 * 1000;

const binKinds: readonly Kind[] = [
  'user',
  'group',
  'application',
  'servicePrincipal',
  'administrativeUnit',
  'conditionalAccessPolicy',
  'namedLocation',
];

/** Thirty days in the bin, then gone; each purge at its own instant. Applications for other tenants stay (FACTS §10). */
export function purgeOverdue(core: TenantCore, now: number): void {
  const overdue = binKinds
    .flatMap((kind) => [...core.state.binOf(kind).all()])
    .filter((entity) => entity.deletedAt !== null && entity.deletedAt + keptInMs <= now && ends(entity))
    .sort((a, b) => (a.deletedAt ?? 0) - (b.deletedAt ?? 0));
  for (const entity of overdue)
    core.commit([{ op: 'purge', id: entity.id }], {
      at: (entity.deletedAt ?? now) + keptInMs,
      actor: { type: 'app', appId: null, displayName: 'Microsoft Online Services', servicePrincipalId: null },
      notes: [{ activity: hardDeleteOf(entity.kind), operation: 'Delete', targets: [target(entity)] }],
    });
}

/** As Microsoft's list of audited activities has it, casing included. */
export function hardDeleteOf(kind: Kind): string {
  const name = kind.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return `Hard ${kind === 'servicePrincipal' ? 'delete' : 'Delete'} ${name}`;
}

function ends(entity: Entity): boolean {
  return entity.kind !== 'application' || entity.props['signInAudience'] === 'AzureADMyOrg';
}
