import type { Call } from '../http/call.js';
import { malformed } from '../http/errors.js';
import { couldNotFind, defaultsOf, render, selection } from '../schema/render.js';
import { typeOf } from '../schema/types.js';
import { isLive, type TenantState } from '../state/tenant-state.js';
import type { Entity, JsonValue, Kind } from '../state/types.js';
import { extensionsOf, shownExtension } from '../rules/open-extensions.js';
import { groupsAbove, membersBelow } from '../rules/roles.js';
import type { Expansion } from './query.js';
import { mixedWriter, type WriteItem } from './item-writer.js';
import { stampOf } from './json-bytes.js';
import { mixedRenderer } from './rendered.js';

export interface Navigation {
  readonly single: boolean;
  /** How one of them is shown, where it is no directory object. */
  readonly show?: (entity: Entity) => JsonValue;
  read(state: TenantState, entity: Entity): Entity[];
}

/** An $expand of a collection shows this many, without a nextLink (FACTS §12). */
const expandedAtMost = 20;

const many = (read: Navigation['read']): Navigation => ({ single: false, read });
const one = (read: Navigation['read']): Navigation => ({ single: true, read });

/** Open extensions are told by their names. */
const extensions: Navigation = { single: false, show: shownExtension, read: extensionsOf };

const memberOf = many((state, entity) => state.sources('member', entity.id));
const transitiveMemberOf = many((state, entity) => state.resolve([...groupsAbove(state, entity.id)]));
const owners = many((state, entity) => state.targets('owner', entity.id));
const members = many((state, entity) => state.targets('member', entity.id));
const ownedObjects = many((state, entity) => state.sources('owner', entity.id));
const byProperty = (property: string): Navigation =>
  one((state, entity) => state.resolve([String(entity.props[property] ?? '')]));

const ofRequest: ReadonlyMap<string, Navigation> = new Map([
  ['principal', byProperty('principalId')],
  ['roleDefinition', byProperty('roleDefinitionId')],
  ['targetSchedule', byProperty('targetScheduleId')],
]);

const tables: Partial<Record<Kind, ReadonlyMap<string, Navigation>>> = {
  user: new Map<string, Navigation>([
    ['manager', one((_state, { manager }) => (manager && isLive(manager) ? [manager] : []))],
    ['directReports', many((state, entity) => state.sources('manager', entity.id))],
    ['sponsors', many((state, entity) => state.targets('sponsor', entity.id))],
    ['memberOf', memberOf],
    ['transitiveMemberOf', transitiveMemberOf],
    ['ownedObjects', ownedObjects],
    ['extensions', extensions],
  ]),
  group: new Map<string, Navigation>([
    ['members', members],
    ['owners', owners],
    ['memberOf', memberOf],
    ['transitiveMemberOf', transitiveMemberOf],
    ['transitiveMembers', many((state, entity) => state.resolve([...membersBelow(state, entity.id)]))],
    ['extensions', extensions],
  ]),
  application: new Map([['owners', owners]]),
  servicePrincipal: new Map<string, Navigation>([
    ['owners', owners],
    ['memberOf', memberOf],
    ['ownedObjects', ownedObjects],
    [
      'appRoleAssignedTo',
      many((state, entity) =>
        state
          .liveOf('appRoleAssignment')
          .all()
          .filter((item) => item.props['resourceId'] === entity.id),
      ),
    ],
  ]),
  administrativeUnit: new Map<string, Navigation>([
    ['members', members],
    ['extensions', extensions],
  ]),
  directoryRole: new Map([['members', members]]),
  roleAssignment: new Map<string, Navigation>([
    ['principal', byProperty('principalId')],
    ['roleDefinition', byProperty('roleDefinitionId')],
  ]),
  roleEligibilitySchedule: new Map<string, Navigation>([
    ['principal', byProperty('principalId')],
    ['roleDefinition', byProperty('roleDefinitionId')],
  ]),
  roleAssignmentSchedule: new Map<string, Navigation>([
    ['principal', byProperty('principalId')],
    ['roleDefinition', byProperty('roleDefinitionId')],
  ]),
  roleEligibilityScheduleRequest: ofRequest,
  roleAssignmentScheduleRequest: ofRequest,
};

const noNavigations: ReadonlyMap<string, Navigation> = new Map();

export function navigationsOf(kind: Kind): ReadonlyMap<string, Navigation> {
  return tables[kind] ?? noNavigations;
}

/** The expanded members of one object, to be laid over its properties. */
export function expand(
  call: Call,
  entity: Entity,
  expansions: readonly Expansion[],
): { [key: string]: JsonValue } {
  return expander(call, expansions)(entity);
}

/** As `expand`, for many objects of one answer: what did not change is the same object each time. */
export function expander(
  call: Call,
  expansions: readonly Expansion[],
): (entity: Entity) => { [key: string]: JsonValue } {
  const parts = expansions.map((part) => ({ ...part, mixed: mixedRenderer(part.select) }));
  return (entity) => {
    const out: { [key: string]: JsonValue } = {};
    for (const { navigation, select, levels, mixed } of parts) {
      const known = navigationOf(entity.kind, navigation);
      const related = relatedTo(call, entity, known);
      const show = (other: Entity): JsonValue =>
        known.show?.(other) ?? (isPlain(known, other) ? plainly(other, select) : mixed(other));
      if (!known.single) out[navigation] = related.map(show);
      else if (related[0])
        out[navigation] = levels > 1 ? chain(call, entity, { navigation, levels, mixed }) : show(related[0]);
    }
    return out;
  };
}

/** Writes what `expander` gives, member by member, for objects of one kind. */
export function expansionWriter(call: Call, kind: Kind, expansions: readonly Expansion[]): WriteItem {
  // What is named twice is shown once, as it was asked for last.
  const byName = new Map(expansions.map((part) => [part.navigation, part]));
  const parts = [...byName.values()].map(({ navigation, select, levels }) => ({
    known: navigationOf(kind, navigation),
    name: stampOf(`,${JSON.stringify(navigation)}:`),
    select,
    mixed: mixedWriter(select),
    links: { navigation, levels, mixed: mixedRenderer(select) },
  }));
  return (to, entity) => {
    for (const { known, name, select, mixed, links } of parts) {
      const related = relatedTo(call, entity, known);
      if (known.single && related.length === 0) continue;
      to.stamp(name);
      if (known.show) to.text(JSON.stringify(related.map(known.show)));
      else if (known.single && links.levels > 1) to.text(JSON.stringify(chain(call, entity, links)));
      else if (!known.single) to.list(related, mixed);
      else if (isPlain(known, related[0] as Entity))
        to.text(JSON.stringify(plainly(related[0] as Entity, select)));
      else mixed(to, related[0] as Entity);
    }
  };
}

interface ChainLinks {
  readonly navigation: string;
  readonly levels: number;
  readonly mixed: (entity: Entity) => JsonValue;
}

/** `manager($levels=max)`: each in the one below; nobody twice, should a chain lead back into itself. */
function chain(call: Call, from: Entity, { navigation, levels, mixed }: ChainLinks): JsonValue {
  const above: Entity[] = [];
  let next: Entity | undefined = from;
  while (next !== undefined && above.length <= levels && !above.includes(next)) {
    above.push(next);
    const known = navigationsOf(next.kind).get(navigation);
    next = known === undefined ? undefined : relatedTo(call, next, known)[0];
  }
  const [top, ...below] = above.slice(1).reverse();
  return below.reduce<JsonValue>(
    (shown, entity) => ({ ...(mixed(entity) as object), [navigation]: shown }),
    top === undefined ? null : mixed(top),
  );
}

function navigationOf(kind: Kind, name: string): Navigation {
  const known = navigationsOf(kind).get(name);
  if (!known) throw malformed(`Parsing OData Select and Expand failed: ${couldNotFind(typeOf(kind), name)}`);
  return known;
}

function relatedTo(call: Call, entity: Entity, { single, read }: Navigation): Entity[] {
  const related = read(call.state, entity);
  return single ? related : related.slice(0, expandedAtMost);
}

/** A role definition is no directory object: it has no @odata.type. */
const isPlain = ({ single }: Navigation, entity: Entity): boolean =>
  single && entity.kind === 'roleDefinition';

function plainly(entity: Entity, select: readonly string[] | null): JsonValue {
  const type = typeOf(entity.kind);
  return render(entity, select ? selection(type, select, 'byId') : defaultsOf(type));
}
