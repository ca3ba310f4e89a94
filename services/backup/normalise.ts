import type { Catalog, ObjectTypeSpec } from '../catalog/spec.js';
import { canonicalJson } from '../model/json.js';
import type { JsonValue } from '../model/json.js';
import type { ObservedObject, Properties } from '../model/directory.js';
import type { WantedObject } from '../model/history.js';

/**
 * A body in the one form that history keeps: only properties that the catalogue knows, each spelling of a value brought to one,
 * unordered collections sorted and without repeats. A property that was not read stays away: unknown is not empty.
 */
function normaliseBody(spec: ObjectTypeSpec, properties: Properties): Properties {
  const members: [string, JsonValue][] = [];
  for (const [name, rule] of Object.entries(spec.properties)) {
    const value = properties[name];
    if (value === undefined) continue;
    const normal = rule.normal ? rule.normal(value) : value;
    members.push([name, rule.compare === 'set' ? sortedSet(normal) : normal]);
  }
  return Object.fromEntries(members);
}

function sortedSet(value: JsonValue): JsonValue {
  if (!Array.isArray(value)) return value;
  const byText = new Map(value.map((item: JsonValue) => [canonicalJson(item), item]));
  return [...byText].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, item]) => item);
}

/** An observed object as history stores it. */
export function wantedOf(catalog: Catalog, object: ObservedObject): WantedObject {
  const spec = catalog.type(object.type);
  const inBin = object.state === 'softDeleted';
  const observed = inBin ? spec.graph.bodyInBin(object.id, object.properties) : object.properties;
  const body = normaliseBody(spec, observed);
  return {
    type: object.type,
    objectId: object.id,
    name: spec.nameOf(body),
    keys: spec.keysOf(body),
    state: object.state,
    ...(inBin && object.deletedAt ? { deletedAt: object.deletedAt } : {}),
    body,
  };
}
