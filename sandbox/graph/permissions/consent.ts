import type { TenantCore } from '../core.js';
import { assignmentNote } from '../rules/app-role-notes.js';
import { permissionOps } from '../rules/app-permissions.js';
import type { Actor, Entity, Op } from '../state/types.js';

/**
 * Gives an application these application permissions of Microsoft Graph and takes all others away, as an administrator does it in
 * the portal. Counts for the next token.
 * @throws RangeError for a name that Microsoft Graph has no app role for
 */
export function consent(core: TenantCore, appId: string, permissions: readonly string[], actor: Actor): void {
  const ops = permissionOps(core.state, appId, permissions, core.now(), () => core.newId());
  core.commit(ops, { actor, notes: ops.flatMap((op) => notesOf(core, op)) });
}

function notesOf(core: TenantCore, op: Op) {
  const props = op.op === 'create' ? op.props : op.op === 'purge' ? core.state.get(op.id)?.props : undefined;
  if (props === undefined) return [];
  const ends = ['resourceId', 'principalId'].map((end) => core.state.get(String(props[end])));
  const [resource, principal] = ends as [Entity, Entity];
  return [assignmentNote(op.op === 'create' ? 'Assign' : 'Unassign', resource, principal)];
}
