import { GraphError, malformed } from '../http/errors.js';
import type { Entity, JsonValue } from '../state/types.js';
import type { PropertyDef } from './property.js';
import { propertyOf, typeOf, type TypeDef } from './types.js';

/** ISO instant in whole seconds, as the directory reads them back (FACTS §18). */
export function isoOf(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}

const isGuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Entra's own security identifier: the object id's bytes as four numbers. */
export function securityIdentifierOf(id: string): string | null {
  if (!isGuid.test(id)) return null;
  const hex = id.replaceAll('-', '');
  const part = (text: string): number => Number.parseInt(text, 16);
  const swap = (text: string): string => (text.match(/../g) ?? []).reverse().join('');
  const second = hex.slice(12, 16) + hex.slice(8, 12);
  return `S-1-12-1-${part(hex.slice(0, 8))}-${part(second)}-${part(swap(hex.slice(16, 24)))}-${part(swap(hex.slice(24, 32)))}`;
}

/** A property's value as Graph reads it: stored, derived, or the type's empty one. */
export function valueOf(entity: Entity, def: PropertyDef): JsonValue {
  const stored = entity.props[def.name];
  switch (def.name) {
    case 'id':
      return entity.id;
    case 'deletedDateTime':
      return entity.deletedAt === null ? null : isoOf(entity.deletedAt);
    case 'createdDateTime':
    case 'renewedDateTime':
      return stored === undefined ? isoOf(entity.createdAt) : stored;
    case 'securityIdentifier':
      return stored === undefined ? securityIdentifierOf(entity.id) : stored;
    case 'userPrincipalName':
      return entity.deletedAt === null || stored === undefined
        ? (stored ?? null)
        : `${entity.id.replaceAll('-', '')}${String(stored)}`;
    case 'identities':
      return stored ?? ownIdentity(entity);
    case 'onPremisesExtensionAttributes':
      return stored === undefined
        ? noExtensionAttributes
        : { ...noExtensionAttributes, ...(stored as object | undefined) };
    default:
      return stored ?? def.empty;
  }
}

/** As `valueOf`, and what is secret as null. */
export function readingOf(entity: Entity, def: PropertyDef): JsonValue {
  return def.secret ? null : valueOf(entity, def);
}

const noExtensionAttributes: { [key: string]: JsonValue } = Object.freeze(
  Object.fromEntries(Array.from({ length: 15 }, (_, i) => [`extensionAttribute${i + 1}`, null])),
);

function ownIdentity(entity: Entity): JsonValue {
  const name = String(entity.props['userPrincipalName'] ?? '');
  return [{ signInType: 'userPrincipalName', issuer: name.split('@')[1] ?? '', issuerAssignedId: name }];
}

export type Where = 'byId' | 'list' | 'delta';

/** Properties to answer with; checks every name of $select. `navigations` are allowed names that are not properties. */
export function selection(
  type: TypeDef,
  select: readonly string[] | null,
  where: Where,
  navigations: ReadonlySet<string> = new Set(),
): readonly PropertyDef[] {
  if (select === null || select.includes('*')) return defaultsOf(type);
  const defs: PropertyDef[] = [];
  for (const name of select) {
    if (navigations.has(name)) continue;
    const def = propertyOf(type, name);
    if (!def) throw malformed(couldNotFind(type, name));
    defs.push(def);
  }
  if (where !== 'byId' && defs.some((def) => def.outside)) throw notImplemented();
  const readable = defs.filter((def) => !def.filterOnly && (where === 'byId' || !def.byIdOnly));
  const id = type.properties.get('id') as PropertyDef;
  return readable.includes(id) ? readable : [...readable, id];
}

export function couldNotFind(type: TypeDef, name: string): string {
  return `Could not find a property named '${name}' on type 'microsoft.graph.${type.name}'.`;
}

function notImplemented(): Error {
  return new GraphError(501, 'NotImplemented', 'This operation target is not yet supported.');
}

const defaults = new Map<TypeDef, readonly PropertyDef[]>();

export function defaultsOf(type: TypeDef): readonly PropertyDef[] {
  let defs = defaults.get(type);
  if (!defs) defaults.set(type, (defs = [...type.properties.values()].filter((def) => def.byDefault)));
  return defs;
}

/** Kinds whose shape depends on their @odata.type: everything that was stored is shown. */
export const bags: ReadonlySet<Entity['kind']> = new Set([
  'authenticationMethod',
  'policy',
  'authenticationMethodConfiguration',
  'namedLocation',
  'photo',
]);

/** One object as JSON, put into `out`. */
export function render(
  entity: Entity,
  defs: readonly PropertyDef[],
  out: { [key: string]: JsonValue } = {},
): { [key: string]: JsonValue } {
  if (bags.has(entity.kind)) return renderBag(entity, out);
  for (const def of defs) out[def.name] = readingOf(entity, def);
  return out;
}

function renderBag(entity: Entity, out: { [key: string]: JsonValue }): { [key: string]: JsonValue } {
  const type = entity.props['@odata.type'];
  if (type !== undefined) out['@odata.type'] = type;
  out['id'] = entity.id;
  for (const [name, value] of Object.entries(entity.props)) if (!name.startsWith('~')) out[name] = value;
  return out;
}

/** As an item of a list of mixed types: @odata.type first, then the type's default set. */
export function renderMixed(
  entity: Entity,
  select: readonly string[] | null = null,
): { [key: string]: JsonValue } {
  return renderTyped(entity, mixedSelection(typeOf(entity.kind), select));
}

/** @param defs  of `mixedSelection` */
export function renderTyped(
  entity: Entity,
  defs: readonly PropertyDef[],
  out: { [key: string]: JsonValue } = {},
): { [key: string]: JsonValue } {
  out['@odata.type'] = `#microsoft.graph.${typeOf(entity.kind).name}`;
  return render(entity, defs, out);
}

/** What a list of mixed types shows of one type; names that the type does not have are passed over. */
export function mixedSelection(type: TypeDef, select: readonly string[] | null): readonly PropertyDef[] {
  if (select === null) return defaultsOf(type);
  return [...new Set(['id', ...select])].flatMap((name) => {
    const def = propertyOf(type, name);
    return def && !def.outside && !def.byIdOnly ? [def] : [];
  });
}
