import { target, type Note } from '../core.js';
import type { Entity, Kind } from '../state/types.js';

const added: Partial<Record<Kind, string>> = {
  user: 'Add app role assignment grant to user',
  group: 'Add app role assignment to group',
  servicePrincipal: 'Add app role assignment to service principal',
};
const removed: Partial<Record<Kind, string>> = {
  user: 'Remove app role assignment from user',
  group: 'Remove app role assignment from group',
  servicePrincipal: 'Remove app role assignment from service principal',
};

/** What the directory audit says of an assignment, in the words of Microsoft's list of audited activities. */
export const assignmentNote = (
  operation: 'Assign' | 'Unassign',
  resource: Entity | undefined,
  principal: Entity | undefined,
): Note => ({
  activity: (operation === 'Assign' ? added : removed)[principal?.kind ?? 'servicePrincipal'] ?? '',
  operation,
  targets: [resource, principal].flatMap((entity) => (entity ? [target(entity)] : [])),
});
