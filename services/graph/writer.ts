import type { Catalog, ObjectTypeSpec } from '../catalog/spec.js';
import type { DirectoryWriter, WriteOutcome } from '../model/directory.js';
import type { ObjectId } from '../model/ids.js';
import type { JsonValue } from '../model/json.js';
import { isOk, type GraphFailure } from './answer.js';
import type { GraphClient } from './client.js';
import { query, segment } from './names.js';
import { liveObject, rawObject } from './objects.js';
import { outcomeOf, outcomeOfWrite, write } from './outcome.js';
import { createPass } from './passes.js';
import { addLinks, removeLink } from './write-links.js';

/** Implements the writing half of the directory port. One call of the port is one decision of the journal. */
export function createWriter(client: GraphClient, catalog: Catalog): DirectoryWriter {
  const pathOf = (type: ObjectTypeSpec, id: ObjectId): string => `${type.graph.collection}/${segment(id)}`;
  const isLive = async (type: ObjectTypeSpec, id: ObjectId): Promise<boolean> => {
    const path = `${pathOf(type, id)}${query({ $select: 'id' })}`;
    return isOk(await client.send({ method: 'GET', path, priority: 'high' }));
  };

  return {
    async undelete(name, id, { newUserPrincipalName }, tag) {
      const type = catalog.type(name);
      const path = `/directory/deletedItems/${segment(id)}/restore`;
      const body = newUserPrincipalName === undefined ? {} : { newUserPrincipalName };
      const result = await write(client, { method: 'POST', path, body }, tag);
      if ('lost' in result) return result.lost;
      // Not in the bin: brought back already, by an earlier try of ours or by somebody else, or purged
      const back = result.answer.status === 404 && (await isLive(type, id));
      return outcomeOf(result.answer, () => back);
    },

    async create(name, properties, { password }, tag) {
      const type = catalog.type(name);
      const body = {
        ...properties,
        ...(password === undefined ? {} : { passwordProfile: passwordProfile(password) }),
      };
      const result = await write(client, { method: 'POST', path: type.graph.collection, body }, tag);
      if ('lost' in result) return result.lost;
      const outcome = outcomeOf(result.answer);
      const made = outcome.outcome === 'done' ? rawObject.safeParse(result.answer.body) : null;
      if (made === null) return outcome;
      // Made, but which one it is we cannot read: found again by its natural key, as after a lost answer
      if (!made.success)
        return { outcome: 'unknown', requestId: outcome.requestId, reason: 'the answer names no object' };
      return { ...outcome, created: liveObject(type, made.data) };
    },

    async update(name, id, properties, tag) {
      const type = catalog.type(name);
      let outcome: WriteOutcome = { outcome: 'already', requestId: '' };
      for (const body of callsFor(type, properties)) {
        outcome = await outcomeOfWrite(client, { method: 'PATCH', path: pathOf(type, id), body }, tag);
        if (outcome.outcome !== 'done') return outcome;
      }
      return outcome;
    },

    link: (kind, source, targets, tag) =>
      addLinks({ client, catalog, link: catalog.link(kind), source, tag }, targets),
    unlink: (kind, source, target, tag) =>
      removeLink({ client, catalog, link: catalog.link(kind), source, tag }, target),

    remove: (name, id, tag) =>
      outcomeOfWrite(client, { method: 'DELETE', path: pathOf(catalog.type(name), id) }, tag, isGone),

    revokeSessions: (user, tag) =>
      outcomeOfWrite(client, { method: 'POST', path: `/users/${segment(user)}/revokeSignInSessions` }, tag),

    setPassword(user, password, tag) {
      const body = { passwordProfile: passwordProfile(password) };
      return outcomeOfWrite(client, { method: 'PATCH', path: `/users/${segment(user)}`, body }, tag);
    },

    createPass: (user, options, tag) => createPass(client, user, options, tag),
  };
}

/** Nobody but the new owner knows it for longer than the first sign-in. */
const passwordProfile = (password: string) => ({ password, forceChangePasswordNextSignIn: true });

const isGone = ({ status }: GraphFailure): boolean => status === 404;

/** One body with everything that goes together, then one for each property that the catalogue says goes alone. */
function callsFor(
  type: ObjectTypeSpec,
  properties: Readonly<Record<string, JsonValue>>,
): readonly Readonly<Record<string, JsonValue>>[] {
  const entries = Object.entries(properties);
  const alone = entries.filter(([name]) => type.properties[name]?.write === 'own');
  const together = entries.filter(([name]) => type.properties[name]?.write !== 'own');
  return [
    ...(together.length > 0 ? [Object.fromEntries(together)] : []),
    ...alone.map(([name, value]) => ({ [name]: value })),
  ];
}
