import { z } from 'zod';
import type { Catalog, ObjectTypeSpec } from '../catalog/spec.js';
import type { DirectoryReader, ObservedLink, ObservedObject } from '../model/directory.js';
import { isRewindError } from '../model/errors.js';
import type { ObjectId } from '../model/ids.js';
import { errorOf, isOk, mustBeOk, parsed, type GraphAnswer } from './answer.js';
import { BATCH_SIZE, sendBatch, slices } from './batch.js';
import type { GraphClient } from './client.js';
import { deltaPages, latestToken } from './delta.js';
import { findByKey, searchObjects } from './find.js';
import { query, segment } from './names.js';
import { deletedObject, linkTo, liveObject, rawObject, selectOf, type RawObject } from './objects.js';
import { PAGE, pagesOf } from './pages.js';
import { readPassPolicy } from './pass-policy.js';
import { reading } from './purpose.js';
import { expandedIn, linksOfMany, linksOfOne, linksTo } from './read-links.js';
import { createRiskReader } from './risk.js';

/** Implements the reading half of the directory port on Microsoft Graph v1.0. */
export function createReader(client: GraphClient, catalog: Catalog): DirectoryReader {
  const get = (type: ObjectTypeSpec, id: ObjectId): string =>
    `${type.graph.collection}/${segment(id)}${query({ $select: selectOf(type) })}`;

  return {
    latestDeltaToken: (name) => latestToken(client, catalog.type(name), reading(catalog.type(name))),
    listObjects: (name) => listObjects(client, catalog, catalog.type(name)),
    listDeleted: (name) => listDeleted(client, catalog.type(name)),
    listLinks: (kind, source) => linksOfOne(client, catalog, catalog.link(kind), source),
    listLinksOf: (kind, sources) => linksOfMany(client, catalog, catalog.link(kind), sources),
    delta: (name, token) =>
      deltaPages(client, catalog, catalog.type(name), token, reading(catalog.type(name))),

    async getObject(name, id) {
      const type = catalog.type(name);
      return objectIn(type, await client.send({ method: 'GET', path: get(type, id) }));
    },

    async getObjects(name, ids) {
      const type = catalog.type(name);
      const found = new Map<ObjectId, ObservedObject>();
      const read = async (part: readonly ObjectId[]): Promise<void> => {
        const calls = part.map((id) => ({ method: 'GET' as const, path: get(type, id) }));
        const answers = await sendBatch(client, calls, { kind: 'read', purpose: reading(type) });
        for (const answer of answers) {
          const object = objectIn(type, answer);
          if (object) found.set(object.id, object);
        }
      };
      await Promise.all(slices([...new Set(ids)], BATCH_SIZE).map(read));
      return found;
    },

    getDeleted: (name, id) => getDeleted(client, catalog.type(name), id),
    findByKey: (name, property, value) => findByKey(client, catalog.type(name), property, value),
    search: (name, text, limit) => searchObjects(client, catalog.type(name), text, limit),
    listLinksTo: (kind, target) => linksTo(client, catalog, kind, target),

    async countObjects(name) {
      const type = catalog.type(name);
      const answer = await client.send({
        method: 'GET',
        path: `${type.graph.collection}/$count`,
        headers: { ConsistencyLevel: 'eventual', Accept: 'text/plain' },
        priority: 'low',
      });
      return parsed(z.coerce.number().int().nonnegative(), mustBeOk(answer, reading(type)), reading(type));
    },

    readRisk: createRiskReader(client),
    passPolicy: (user) => readPassPolicy(client, user),
    cost: () => ({ ...client.meter }),
  };
}

/** null for 404 only; a refusal or an outage is never "not there". */
function objectIn(type: ObjectTypeSpec, answer: GraphAnswer): ObservedObject | null {
  if (answer.status === 404) return null;
  if (!isOk(answer)) throw errorOf(answer, reading(type));
  return liveObject(type, parsed(rawObject, answer, reading(type)));
}

async function* listObjects(
  client: GraphClient,
  catalog: Catalog,
  type: ObjectTypeSpec,
): AsyncGenerator<{ readonly objects: readonly ObservedObject[]; readonly links: readonly ObservedLink[] }> {
  const expanded = Object.entries(type.graph.expand).map(
    ([kind, navigation]) => [catalog.link(kind), navigation] as const,
  );
  const path = `${type.graph.collection}${query({
    $select: selectOf(type),
    $expand: expanded.map(([, navigation]) => `${navigation}($select=id)`).join(',') || undefined,
    $top: PAGE,
  })}`;
  let count = 0;
  for await (const page of pagesOf(client, { method: 'GET', path, priority: 'low' }, reading(type))) {
    count += page.value.length;
    if (type.signsIn) client.governor.tenantHas(count);
    const objects = page.value.map((item) => liveObject(type, item));
    const links = expanded.flatMap(([link, navigation]) =>
      page.value.flatMap((item, index) => {
        const target = expandedIn(item, navigation);
        return target ? [linkTo(catalog, link, (objects[index] as ObservedObject).id, target)] : [];
      }),
    );
    yield { objects, links };
  }
}

async function* listDeleted(
  client: GraphClient,
  type: ObjectTypeSpec,
): AsyncGenerator<{ readonly objects: readonly ObservedObject[] }> {
  if (type.graph.deletedCast === null) return;
  const path = `/directory/deletedItems/${type.graph.deletedCast}${query({
    $select: selectOf(type, 'deletedDateTime'),
    $top: PAGE,
  })}`;
  for await (const page of pagesOf(client, { method: 'GET', path, priority: 'low' }, reading(type)))
    yield { objects: page.value.map((item) => deletedObject(type, item)) };
}

/**
 * By id, with every property. Where Graph does not take the type's properties on the uncast path, the cast collection answers, filtered
 * by the id.
 */
async function getDeleted(
  client: GraphClient,
  type: ObjectTypeSpec,
  id: ObjectId,
): Promise<ObservedObject | null> {
  const { deletedCast } = type.graph;
  if (deletedCast === null) return null;
  const purpose = reading(type);
  const select = selectOf(type, 'deletedDateTime');
  const answer = await client.send({
    method: 'GET',
    path: `/directory/deletedItems/${segment(id)}${query({ $select: select })}`,
  });
  if (answer.status === 404) return null;
  if (isOk(answer)) {
    const item = parsed(rawObject, answer, purpose);
    return isOfType(type, item) ? deletedObject(type, item) : null;
  }
  if (answer.status !== 400) throw errorOf(answer, purpose);
  const path = `/directory/deletedItems/${deletedCast}${query({ $filter: `id eq '${id}'`, $select: select })}`;
  try {
    for await (const page of pagesOf(client, { method: 'GET', path }, purpose)) {
      const item = page.value.find((one) => one.id.toLowerCase() === id);
      if (item) return deletedObject(type, item);
    }
  } catch (error) {
    if (isRewindError(error, 'GRAPH_BAD_REQUEST')) throw errorOf(answer, purpose);
    throw error;
  }
  return null;
}

function isOfType(type: ObjectTypeSpec, item: RawObject): boolean {
  const stated = item['@odata.type'];
  return typeof stated !== 'string' || stated.toLowerCase() === type.graph.odataType.toLowerCase();
}
