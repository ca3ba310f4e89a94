import type { TenantState } from '../state/tenant-state.js';
import type { Entity, Props } from '../state/types.js';

/** Where an extension keeps the id of its object, as everything that belongs to one does. */
const owner = '~of';

/** The open extensions of an object, in the order of their names. */
export function extensionsOf(state: TenantState, { id }: Entity): Entity[] {
  return state
    .liveOf('openTypeExtension')
    .all()
    .filter(({ props }) => props[owner] === id);
}

/** As Graph shows it: its name is its id, and what was stored beside it. */
export function shownExtension(entity: Entity): Props {
  const values = Object.fromEntries(Object.entries(entity.props).filter(([name]) => !name.startsWith('~')));
  return {
    '@odata.type': '#microsoft.graph.openTypeExtension',
    id: String(entity.props['extensionName']),
    ...values,
  };
}
