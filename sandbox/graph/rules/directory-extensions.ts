import { badRequest } from '../http/errors.js';
import type { TenantState } from '../state/tenant-state.js';
import { directoryKinds, type Entity, type Kind, type Op, type Props } from '../state/types.js';

/** Directory extensions: values of properties that an application declares (FACTS §1 "Extension kinds"). */
const shape = /^extension_[0-9a-f]{32}_\w+$/;

/** The names in targetObjects. */
const targetNames: Partial<Record<Kind, string>> = {
  user: 'User',
  group: 'Group',
  administrativeUnit: 'AdministrativeUnit',
  application: 'Application',
  device: 'Device',
};

/** @throws GraphError 400 for a value whose property nobody declared for objects of this kind */
export function refuseUndeclared(state: TenantState, kind: Kind, props: Props): void {
  const sent = Object.keys(props).filter((name) => shape.test(name));
  if (sent.length === 0) return;
  const declared = new Set(
    state
      .liveOf('extensionProperty')
      .all()
      .filter((one) => (one.props['targetObjects'] as string[]).includes(targetNames[kind] ?? ''))
      .map((one) => one.props['name']),
  );
  const unknown = sent.filter((name) => !declared.has(name));
  if (unknown.length > 0)
    throw badRequest(`The following extension properties are not available: ${unknown.join(', ')}.`);
}

/** A declaration that goes takes its values along. */
export function lostValueOps(state: TenantState, declaration: Entity): Op[] {
  const name = String(declaration.props['name']);
  return directoryKinds.flatMap((kind) =>
    [...state.liveOf(kind).all(), ...state.binOf(kind).all()]
      .filter(({ props }) => props[name] !== undefined)
      .map(({ id }): Op => ({ op: 'set', id, props: { [name]: null } })),
  );
}
