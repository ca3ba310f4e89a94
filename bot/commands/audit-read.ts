import type { NamedObject } from '../../services/model/plan.js';
import type { App } from '../app.js';
import type { Turn } from '../turn.js';

/** Every read of a person's attributes is in the audit (SPEC N3). */
export async function auditRead(app: App, turn: Turn, object: NamedObject): Promise<void> {
  await app.audit.append({
    tenant: turn.tenant,
    actor: { objectId: turn.person.objectId, name: turn.person.name },
    kind: `read.${object.type}`,
    details: { object: object.id, name: object.name },
  });
}
