import { DateTime } from 'luxon';
import type { Catalog } from '../catalog/spec.js';
import type { ObjectTypeName, Properties } from '../model/directory.js';
import type { ObjectId } from '../model/ids.js';
import type { NamedObject } from '../model/plan.js';

/** An object as texts name it, from its body; without one (a type that the catalogue does not know) by its kind. */
export function named(
  catalog: Catalog,
  type: ObjectTypeName,
  id: ObjectId,
  body: Properties | null,
): NamedObject {
  const spec = catalog.find(type);
  if (!spec || !body) return { type, id, name: `${spec?.label ?? type} ${id.slice(0, 8)}` };
  const key = spec.keyOf(body);
  return {
    type,
    id,
    name: spec.nameOf(body),
    ...(key === undefined ? {} : { key }),
    kindName: spec.kindNameOf(body),
  };
}

/** "Fri 20 Nov, 02:00" in the asker's zone; for sentences, where a card adds the full form beside it. */
export const shortTime = (iso: string, timeZone: string): string =>
  DateTime.fromISO(iso, { zone: timeZone }).setLocale('en-GB').toFormat('ccc d LLL, HH:mm');

export const linkKey = (kind: string, source: ObjectId, target: ObjectId): string =>
  `link:${kind}:${source}:${target}`;
export const objectKey = (id: ObjectId): string => `object:${id}`;
export const propertyKey = (id: ObjectId, property: string): string => `property:${id}:${property}`;
