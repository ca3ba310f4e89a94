/**
 * Keys besides the object id, as they stand in the path (`applications(appId='…')`), and what a PATCH by such a key makes when there is
 * nothing to change. The slice has appId; the others are in Microsoft's reference and its later description.
 */
import type { Call } from '../http/call.js';
import type { Route } from '../http/router.js';
import type { TenantState } from '../state/tenant-state.js';
import type { Entity, Kind } from '../state/types.js';

type Lookup = (state: TenantState, value: string) => Entity | undefined;

const byProperty =
  (kind: Kind, property: string): Lookup =>
  (state, value) =>
    state
      .liveOf(kind)
      .all()
      .find(({ props }) => String(props[property] ?? '').toLowerCase() === value.toLowerCase());

const lookups: Partial<Record<Kind, Readonly<Record<string, Lookup>>>> = {
  user: { userPrincipalName: (state, value) => state.userByName(value) },
  group: { uniqueName: byProperty('group', 'uniqueName') },
  application: {
    appId: (state, value) => state.byAppId('application', value),
    uniqueName: byProperty('application', 'uniqueName'),
  },
  servicePrincipal: { appId: (state, value) => state.byAppId('servicePrincipal', value) },
  device: { deviceId: byProperty('device', 'deviceId') },
};

export interface AlternateKey {
  readonly name: string;
  readonly value: string;
  readonly find: (state: TenantState) => Entity | undefined;
}

/** @returns undefined for what is no key of this kind by a name */
export function alternateKey(kind: Kind, key: string): AlternateKey | undefined {
  const [, name = '', value = ''] = /^(\w+)=(.*)$/s.exec(key) ?? [];
  const known = Object.entries(lookups[kind] ?? {}).find(([one]) => one.toLowerCase() === name.toLowerCase());
  return known && { name: known[0], value, find: (state) => known[1](state, value) };
}

/**
 * PATCH by `key` with `Prefer: create-if-missing`: what is not there is made, 201 with the object; else it is an update (pages "Upsert
 * servicePrincipal", "Upsert group", "Upsert application").
 */
export const upsert =
  (kind: Kind, key: string, create: Route['handle'], update: Route['handle']): Route['handle'] =>
  (call: Call) => {
    const named = alternateKey(kind, call.param('id'));
    const wants = /\bcreate-if-missing\b/i.test(call.header('prefer') ?? '');
    if (named?.name !== key || !wants || named.find(call.state)) return update(call);
    return create(call.withMembers({ [key]: named.value }));
  };
