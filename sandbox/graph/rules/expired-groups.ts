import { target, type TenantCore } from '../core.js';
import type { Actor } from '../state/types.js';
import { managing } from './group-expiry.js';

const service: Actor = {
  type: 'app',
  appId: null,
  displayName: 'Microsoft Entra ID',
  servicePrincipalId: null,
};

/** Groups whose life has ended go to the bin, each at its own time. */
export function followExpiry(core: TenantCore, now: number): void {
  if (!managing(core.state)) return;
  for (const group of [...core.state.liveOf('group').all()]) {
    const end = group.props['expirationDateTime'];
    const at = typeof end === 'string' ? Date.parse(end) : Infinity;
    if (at > now) continue;
    core.commit([{ op: 'bin', id: group.id }], {
      actor: service,
      at,
      notes: [{ activity: 'Delete group', operation: 'Delete', targets: [target(group)] }],
    });
  }
}
