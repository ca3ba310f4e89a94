import { z } from 'zod';
import type { Catalog, LinkSpec, ObjectTypeSpec } from '../catalog/spec.js';
import type { ObservedLink, ObservedObject, Properties } from '../model/directory.js';
import { objectId, type ObjectId } from '../model/ids.js';
import { canonicalJson, type JsonValue } from '../model/json.js';
import { isGuid } from './names.js';

/** An object of Graph as far as every one of them goes; the rest is picked by the catalogue. */
export interface RawObject {
  readonly id: string;
  readonly [name: string]: unknown;
}

/** Checked in place: a loose object schema copies every property of every user of a tenant, for nothing. */
export const rawObject = z.custom<RawObject>(
  (value) =>
    typeof value === 'object' &&
    value !== null &&
    'id' in value &&
    typeof value.id === 'string' &&
    isGuid(value.id),
  'not an object with an id',
);

export const rawPage = z.looseObject({
  value: z.array(rawObject),
  '@odata.nextLink': z.string().optional(),
  '@odata.deltaLink': z.string().optional(),
});

/**
 * The catalogue's properties of an answer, each in its one form: what the answer does not name stays missing (*unknown*), unordered
 * collections are sorted, a null collection is an empty one, annotations are dropped.
 */
function propertiesOf(type: ObjectTypeSpec, raw: RawObject): Properties {
  const properties: Record<string, JsonValue> = {};
  for (const name of type.graph.select) {
    const value = raw[name];
    if (value !== undefined) properties[name] = oneForm(type, name, value as JsonValue);
  }
  return properties;
}

function oneForm(type: ObjectTypeSpec, name: string, value: JsonValue): JsonValue {
  const rule = type.properties[name];
  const plain = isAnnotated(value) ? withoutAnnotations(value) : value;
  const normal = rule?.normal ? rule.normal(plain) : plain;
  if (rule?.compare !== 'set') return normal;
  return Array.isArray(normal) ? sorted(normal) : normal === null ? [] : normal;
}

function sorted(values: readonly JsonValue[]): readonly JsonValue[] {
  if (values.length < 2) return values;
  return values
    .map((value) => ({ value, key: canonicalJson(value) }))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(({ value }) => value);
}

/** Most values are not, and are passed on as they are. */
function isAnnotated(value: JsonValue): boolean {
  if (value === null || typeof value !== 'object') return false;
  if (Array.isArray(value)) return value.some(isAnnotated);
  for (const [key, member] of Object.entries(value))
    if (key.includes('@') || isAnnotated(member as JsonValue)) return true;
  return false;
}

/** '@odata.type' and the like inside complex values are the wire's, not the directory's. */
function withoutAnnotations(value: JsonValue): JsonValue {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(withoutAnnotations);
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !key.includes('@'))
      .map(([key, member]) => [key, withoutAnnotations(member as JsonValue)]),
  );
}

export const liveObject = (type: ObjectTypeSpec, raw: RawObject): ObservedObject => ({
  type: type.name,
  id: objectId(raw.id),
  state: 'live',
  properties: propertiesOf(type, raw),
});

export function deletedObject(type: ObjectTypeSpec, raw: RawObject): ObservedObject {
  const deletedAt = raw['deletedDateTime'];
  return {
    type: type.name,
    id: objectId(raw.id),
    state: 'softDeleted',
    ...(typeof deletedAt === 'string' ? { deletedAt } : {}),
    properties: type.graph.bodyInBin(raw.id, propertiesOf(type, raw)),
  };
}

/** The other end of a link, its type by the catalogue's name or, unknown there, by Graph's ('device'). */
export function linkTo(catalog: Catalog, link: LinkSpec, source: ObjectId, target: RawObject): ObservedLink {
  const targetType = typeNameOf(catalog, target);
  return {
    kind: link.kind,
    source,
    target: objectId(target.id),
    ...(targetType === undefined ? {} : { targetType }),
  };
}

export function typeNameOf(catalog: Catalog, raw: RawObject): string | undefined {
  const odataType = raw['@odata.type'];
  if (typeof odataType !== 'string') return undefined;
  return catalog.typeOfOdata(odataType)?.name ?? odataType.replace(/^#?microsoft\.graph\./, '');
}

/** `id` first, so that an object without any selected property is still found. */
export const selectOf = (type: ObjectTypeSpec, ...more: string[]): string =>
  ['id', ...more, ...type.graph.select].join(',');
