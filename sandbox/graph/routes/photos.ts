import { createHash } from 'node:crypto';
import { noContent, type Answer, type Call } from '../http/call.js';
import { badRequest, GraphError, notFound } from '../http/errors.js';
import type { Route } from '../http/router.js';
import { target } from '../core.js';
import { groupKindOf } from '../schema/group.js';
import type { Entity, JsonValue, Kind } from '../state/types.js';
import { liveByKey } from './entity.js';

/** Largest picture (FACTS §9). */
const mostBytes = 4 * 1024 * 1024;
const sizes = [48, 64, 96, 120, 240, 360, 432, 504, 648] as const;

type Owner = 'user' | 'group';

const stateId = (owner: Entity): string => `${owner.id}/photo`;

function photo(call: Call, owner: Entity): Entity {
  const found = call.state.get(stateId(owner), 'photo');
  if (!found)
    throw new GraphError(
      404,
      'ImageNotFound',
      "Exception of type 'Microsoft.Fast.Profile.Core.Exception.ImageNotFoundException' was thrown.",
    );
  return found;
}

function describe(picture: Entity, size: number): { [key: string]: JsonValue } {
  return {
    '@odata.mediaContentType': 'image/jpeg',
    '@odata.mediaEtag': `W/"${String(picture.props['~etag'])}"`,
    id: `${size}x${size}`,
    height: size,
    width: size,
  };
}

function metadata(kind: Owner): Route['handle'] {
  return (call) => {
    const owner = liveByKey(call, kind, call.param('id'));
    const context = call.context(`${kind}s('${owner.id}')/photo/$entity`);
    return { status: 200, body: { '@odata.context': context, ...describe(photo(call, owner), 648) } };
  };
}

function listSizes(kind: Owner): Route['handle'] {
  return (call) => {
    const owner = liveByKey(call, kind, call.param('id'));
    const picture = call.state.get(stateId(owner), 'photo');
    const value = picture ? sizes.map((size) => describe(picture, size)) : [];
    return { status: 200, body: { '@odata.context': call.context(`${kind}s('${owner.id}')/photos`), value } };
  };
}

function oneSize(kind: Owner): Route['handle'] {
  return (call) => {
    const owner = liveByKey(call, kind, call.param('id'));
    const picture = photo(call, owner);
    const context = call.context(`${kind}s('${owner.id}')/photos/$entity`);
    return { status: 200, body: { '@odata.context': context, ...describe(picture, sizeOf(call)) } };
  };
}

/** "48x48": one of the sizes that there are (FACTS §9). */
function sizeOf(call: Call): number {
  const size = sizes.find((known) => `${known}x${known}` === call.param('size'));
  if (size === undefined) throw notFound(call.param('size'));
  return size;
}

/** The same bytes for every size: the sandbox does not scale pictures. */
function bytes(kind: Owner): Route['handle'] {
  return (call): Answer => {
    const picture = photo(call, liveByKey(call, kind, call.param('id')));
    if (call.param('size') !== '') sizeOf(call);
    return {
      status: 200,
      headers: { 'content-type': 'image/jpeg', etag: `W/"${String(picture.props['~etag'])}"` },
      body: Buffer.from(String(picture.props['~bytes']), 'base64'),
    };
  };
}

function write(kind: Owner): Route['handle'] {
  return (call): Answer => {
    const owner = liveByKey(call, kind, call.param('id'));
    // FACTS §9: a picture of a group belongs to its mailbox.
    if (kind === 'group' && groupKindOf(owner.props) !== 'microsoft365')
      throw badRequest('Only Microsoft 365 groups have a photo.');
    if (!/^image\/(jpeg|png)\b/.test(call.header('content-type') ?? ''))
      throw badRequest('A photo is sent as image/jpeg.');
    if (call.bytes.length === 0 || call.bytes.length > mostBytes)
      throw new GraphError(413, 'RequestEntityTooLarge', 'A photo has between 1 byte and 4 MB.');
    const props = {
      '~of': owner.id,
      '~bytes': call.bytes.toString('base64'),
      '~etag': createHash('sha256').update(call.bytes).digest('hex').slice(0, 32).toUpperCase(),
    };
    const id = stateId(owner);
    const known = call.state.get(id) !== undefined;
    call.core.commit([known ? { op: 'set', id, props } : { op: 'create', kind: 'photo', id, props }], {
      actor: call.actor,
      correlationId: call.ids.clientRequestId,
      notes: [{ activity: `Update ${kind}`, operation: 'Update', targets: [target(owner)] }],
    });
    return { status: 200 };
  };
}

function remove(kind: Owner): Route['handle'] {
  return (call): Answer => {
    const owner = liveByKey(call, kind, call.param('id'));
    call.core.commit([{ op: 'purge', id: photo(call, owner).id }], {
      actor: call.actor,
      correlationId: call.ids.clientRequestId,
      notes: [{ activity: `Update ${kind}`, operation: 'Update', targets: [target(owner)] }],
    });
    return noContent;
  };
}

const readBy: Readonly<Partial<Record<Kind, readonly string[]>>> = {
  user: ['ProfilePhoto.Read.All', 'ProfilePhoto.ReadWrite.All', 'User.Read.All'],
  group: ['ProfilePhoto.Read.All', 'ProfilePhoto.ReadWrite.All', 'Group.Read.All'],
};
const writeBy: Readonly<Partial<Record<Kind, readonly string[]>>> = {
  user: ['ProfilePhoto.ReadWrite.All', 'User.ReadWrite.All'],
  group: ['ProfilePhoto.ReadWrite.All', 'Group.ReadWrite.All'],
};

export const photoRoutes: readonly Route[] = (['user', 'group'] as const).flatMap((kind): Route[] => {
  const base = `/${kind}s/{id}`;
  const read = readBy[kind] ?? [];
  const may = writeBy[kind] ?? [];
  return [
    { method: 'GET', pattern: `${base}/photo`, permissions: read, handle: metadata(kind) },
    { method: 'GET', pattern: `${base}/photos`, permissions: read, handle: listSizes(kind) },
    { method: 'GET', pattern: `${base}/photo/$value`, permissions: read, handle: bytes(kind) },
    { method: 'GET', pattern: `${base}/photos/{size}`, permissions: read, handle: oneSize(kind) },
    { method: 'GET', pattern: `${base}/photos/{size}/$value`, permissions: read, handle: bytes(kind) },
    { method: 'PUT', pattern: `${base}/photo/$value`, permissions: may, binary: true, handle: write(kind) },
    { method: 'PATCH', pattern: `${base}/photo/$value`, permissions: may, binary: true, handle: write(kind) },
    { method: 'DELETE', pattern: `${base}/photo/$value`, permissions: may, handle: remove(kind) },
  ];
});
