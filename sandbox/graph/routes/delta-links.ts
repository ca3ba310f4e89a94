import type { Call } from '../http/call.js';
import { typeOf } from '../schema/types.js';
import { isLive } from '../state/tenant-state.js';
import type { Change, Entity, JsonValue, Kind, LinkKind } from '../state/types.js';
import type { DeltaState } from './delta-token.js';

/** The links in an answer of delta: members@delta, owners@delta, manager@delta (FACTS §11). */
export type Item = { [key: string]: JsonValue };

/** Links that a type's delta can carry: name in $select → link. */
export const linkNames: Partial<Record<Kind, Readonly<Record<string, LinkKind>>>> = {
  user: { manager: 'manager' },
  group: { members: 'member', owners: 'owner' },
  application: { owners: 'owner' },
  servicePrincipal: { owners: 'owner' },
  administrativeUnit: { members: 'member' },
  directoryRole: { members: 'member' },
};

/** Links that come without $select (FACTS §11: groups include members). */
const linksByDefault: Partial<Record<Kind, readonly string[]>> = {
  group: ['members'],
  administrativeUnit: ['members'],
  directoryRole: ['members'],
};

function linksOf(state: DeltaState): [name: string, kind: LinkKind][] {
  const known = linkNames[state.kind] ?? {};
  const names = state.select
    ? state.select.filter((name) => name in known)
    : (linksByDefault[state.kind] ?? []);
  return names.map((name) => [name, known[name] as LinkKind]);
}

/**
 * Live targets of an object's links beyond `after` ("name\nid"), at most `budget` of them.
 * @returns next: where the rest begins, null when all were told
 */
export function linksPart(
  call: Call,
  state: DeltaState,
  entity: Entity,
  after: string,
  budget: number,
): { annotations: Item; used: number; next: string | null } {
  const annotations: Item = {};
  const [afterName = '', afterId = ''] = after.split('\n');
  let used = 0;
  let begun = afterName === '';
  for (const [name, kind] of linksOf(state)) {
    const resumes = name === afterName;
    if (!begun && !resumes) continue;
    begun = true;
    const targets = call.state.links.targets(kind, entity.id);
    const told: JsonValue[] = [];
    for (
      let i = resumes ? call.state.links.targetsAfter(kind, entity.id, afterId) : 0;
      i < targets.length;
      i += 1
    ) {
      const other = targets[i] as Entity;
      if (!isLive(other)) continue;
      if (used >= budget) {
        if (told.length > 0) annotations[`${name}@delta`] = told;
        const before = targets[i - 1]?.id ?? '';
        return { annotations, used, next: `${name}\n${before}` };
      }
      told.push(reference(other.kind, other.id));
      used += 1;
    }
    if (told.length > 0) annotations[`${name}@delta`] = told;
  }
  return { annotations, used, next: null };
}

function reference(kind: Kind, id: string): Item {
  return { '@odata.type': `#microsoft.graph.${typeOf(kind).name}`, id };
}

/** What is purged may leave its groups unsaid. */
const isTold = (call: Call, target: string): boolean =>
  call.core.switches.purgeTellsLinks || call.state.find(target)?.gone !== true;

/** Links that changed in this round, as they are now: there, or removed. A latent one is neither. */
export function changedLinks(
  call: Call,
  state: DeltaState,
  entity: Entity,
  changes: readonly Change[],
): Item {
  const annotations: Item = {};
  for (const [name, kind] of linksOf(state)) {
    const touched = new Map<string, Kind>();
    for (const { what } of changes)
      if (what.type === 'link' && what.link === kind && isTold(call, what.target))
        touched.set(what.target, what.targetKind);
    if (touched.size === 0) continue;
    annotations[`${name}@delta`] = [...touched].map(([target, targetKind]) => {
      const removed = !call.state.links.has(kind, entity.id, target);
      return { ...reference(targetKind, target), ...(removed ? { '@removed': { reason: 'deleted' } } : {}) };
    });
  }
  return annotations;
}

/** For an object told whole: links that were cut in this round. */
export function removedLinks(
  call: Call,
  state: DeltaState,
  entity: Entity,
  changes: readonly Change[],
): Item[] {
  const all = changedLinks(call, state, entity, changes);
  const item: Item = { id: entity.id };
  for (const [name, value] of Object.entries(all)) {
    const cut = (value as Item[]).filter((link) => '@removed' in link);
    if (cut.length > 0) item[name] = cut;
  }
  return Object.keys(item).length > 1 ? [item] : [];
}
