import type { Call } from '../http/call.js';
import { denied } from '../http/errors.js';
import { target } from '../core.js';
import { isAdministrator, mayTouchAdministrators } from '../rules/roles.js';
import type { Entity, Op } from '../state/types.js';
import { liveByKey } from './entity.js';

/** What every kind of authentication method needs: whose it is, what is stored, and who may write it. */
export const userOf = (call: Call): Entity => liveByKey(call, 'user', call.param('id'));

/** Stored methods of a user; their state ids begin with the user's. */
export function storedMethods(call: Call, owner: Entity): Entity[] {
  const list = call.state.liveOf('authenticationMethod');
  const found: Entity[] = [];
  for (let i = list.indexOf(`${owner.id}/`); i < list.size; i += 1) {
    const method = list.all()[i] as Entity;
    if (!method.id.startsWith(`${owner.id}/`)) break;
    found.push(method);
  }
  return found;
}

/** FACTS §8: whether an app may write methods of an administrator is unproven; a switch, open by default. */
export function refuseAdministrator(call: Call, owner: Entity): void {
  if (call.core.switches.methodsOfAdministratorsOpen) return;
  if (isAdministrator(call.state, owner) && !mayTouchAdministrators(call.callerRoles)) throw denied();
}

export function writeMethod(call: Call, owner: Entity, op: Op, activity: string): void {
  call.core.commit([op], {
    actor: call.actor,
    correlationId: call.ids.clientRequestId,
    notes: [{ activity, operation: 'Update', targets: [target(owner)] }],
  });
}
