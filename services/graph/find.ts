import type { ObjectTypeSpec } from '../catalog/spec.js';
import type { ObservedObject } from '../model/directory.js';
import { objectId, type ObjectId } from '../model/ids.js';
import { errorOf, failureOf, isOk, mustBeOk, parsed, type GraphAnswer } from './answer.js';
import type { GraphClient } from './client.js';
import { isGuid, keyed, literal, query, searchPhrase, segment } from './names.js';
import { liveObject, rawObject, rawPage, selectOf } from './objects.js';
import { PAGE, pagesOf } from './pages.js';
import { reading } from './purpose.js';

/**
 * Exact match of one property. A property that is a key of the collection (the UPN) is read by that key too, which sees an object
 * the moment it exists; $filter reads an index that may lag (FACTS §12).
 */
export async function findByKey(
  client: GraphClient,
  type: ObjectTypeSpec,
  property: string,
  value: string,
): Promise<readonly ObservedObject[]> {
  const found = new Map<ObjectId, ObservedObject>();
  const select = query({ $select: selectOf(type) });
  const isSame = (object: ObservedObject): boolean => {
    const here = object.properties[property];
    return typeof here === 'string' && here.toLowerCase() === value.toLowerCase();
  };
  if (type.graph.keyProperty === property) {
    const answer = await client.send({
      method: 'GET',
      path: `${keyed(type.graph.collection, value)}${select}`,
    });
    if (isOk(answer)) {
      const object = liveObject(type, parsed(rawObject, answer, reading(type)));
      if (isSame(object)) found.set(object.id, object);
    } else if (answer.status !== 404 && answer.status !== 400) throw errorOf(answer, reading(type));
  }
  if (found.size === 0) {
    const filter = `${property} eq ${literal(value)}`;
    const path = `${type.graph.collection}${query({ $filter: filter, $select: selectOf(type), $top: PAGE })}`;
    for await (const page of pagesOf(client, { method: 'GET', path }, reading(type)))
      for (const item of page.value) {
        const object = liveObject(type, item);
        if (isSame(object)) found.set(object.id, object);
      }
  }
  return [...found.values()];
}

/**
 * By id; else by how a name, UPN or mail begins; else by words inside the display name. What a tenant cannot search for is left out,
 * not an error: history is searched as well.
 */
export async function searchObjects(
  client: GraphClient,
  type: ObjectTypeSpec,
  text: string,
  limit: number,
): Promise<readonly ObservedObject[]> {
  const wanted = text.trim();
  if (wanted === '' || limit <= 0) return [];
  if (isGuid(wanted)) {
    const path = `${type.graph.collection}/${segment(objectId(wanted))}${query({ $select: selectOf(type) })}`;
    const answer = await client.send({ method: 'GET', path, priority: 'high' });
    if (answer.status === 404) return [];
    return [liveObject(type, parsed(rawObject, mustBeOk(answer, reading(type)), reading(type)))];
  }
  const $top = Math.min(limit, PAGE);
  const $select = selectOf(type);
  const beginning = type.graph.search
    .map((property) => `startsWith(${property},${literal(wanted)})`)
    .join(' or ');
  const [beginningWith, withWord] = await Promise.all([
    client.send({
      method: 'GET',
      path: `${type.graph.collection}${query({ $filter: beginning, $select, $top })}`,
      priority: 'high',
    }),
    client.send({
      method: 'GET',
      path: `${type.graph.collection}${query({ $search: searchPhrase('displayName', wanted), $select, $top })}`,
      headers: { ConsistencyLevel: 'eventual' },
      priority: 'high',
    }),
  ]);
  const found = new Map<ObjectId, ObservedObject>();
  for (const answer of [beginningWith, withWord])
    for (const object of objectsIn(type, answer)) if (found.size < limit) found.set(object.id, object);
  return [...found.values()];
}

function objectsIn(type: ObjectTypeSpec, answer: GraphAnswer): readonly ObservedObject[] {
  if (isOk(answer)) return parsed(rawPage, answer, reading(type)).value.map((item) => liveObject(type, item));
  if (answer.status === 400 && /Unsupported|BadRequest/i.test(failureOf(answer).code)) return [];
  throw errorOf(answer, reading(type));
}
