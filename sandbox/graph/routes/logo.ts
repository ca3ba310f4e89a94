import { createHash } from 'node:crypto';
import { noContent, type Answer, type Call } from '../http/call.js';
import { badRequest, GraphError, notFound } from '../http/errors.js';
import type { Route } from '../http/router.js';
import { target } from '../core.js';
import type { Entity, Op, Props } from '../state/types.js';
import { liveByKey } from './entity.js';

/** The picture of an application, a stream of its own (FACTS §5). Largest size and kinds as the property's reference page says. */
const mostBytes = 100 * 1024;
const kinds = /^(image\/(?:gif|jpeg|png))\b/;

const application = (call: Call): Entity => liveByKey(call, 'application', call.param('id'));
const stateId = (app: Entity): string => `${app.id}/logo`;

function logo(call: Call, app: Entity): Entity {
  const found = call.state.get(stateId(app), 'photo');
  if (!found) throw notFound('logo');
  return found;
}

function read(call: Call): Answer {
  const { props } = logo(call, application(call));
  return {
    status: 200,
    headers: { 'content-type': String(props['~type']) },
    body: Buffer.from(String(props['~bytes']), 'base64'),
  };
}

/** The application tells where its picture is to be had. */
function withAddress(app: Entity, address: string | null): Op {
  const info = (app.props['info'] ?? {}) as Props;
  return { op: 'set', id: app.id, props: { info: { ...info, logoUrl: address } } };
}

function commit(call: Call, app: Entity, ops: readonly Op[]): Answer {
  call.core.commit(ops, {
    actor: call.actor,
    correlationId: call.ids.clientRequestId,
    notes: [{ activity: 'Update application', operation: 'Update', targets: [target(app)] }],
  });
  return noContent;
}

function write(call: Call): Answer {
  const app = application(call);
  const [, type] = kinds.exec(call.header('content-type') ?? '') ?? [];
  if (type === undefined) throw badRequest('A logo is sent as image/gif, image/jpeg or image/png.');
  if (call.bytes.length === 0 || call.bytes.length > mostBytes)
    throw new GraphError(413, 'RequestEntityTooLarge', 'A logo has between 1 byte and 100 KB.');
  const props = { '~of': app.id, '~type': type, '~bytes': call.bytes.toString('base64') };
  const id = stateId(app);
  const name = createHash('sha256').update(call.bytes).digest('hex').slice(0, 16);
  const address = `https://secure.aadcdn.microsoftonline-p.com/logos/${app.id}/${name}`;
  const known = call.state.get(id) !== undefined;
  return commit(call, app, [
    known ? { op: 'set', id, props } : { op: 'create', kind: 'photo', id, props },
    withAddress(app, address),
  ]);
}

function remove(call: Call): Answer {
  const app = application(call);
  return commit(call, app, [{ op: 'purge', id: logo(call, app).id }, withAddress(app, null)]);
}

const pattern = '/applications/{id}/logo';
const may = ['Application.ReadWrite.All'];

export const logoRoutes: readonly Route[] = [
  {
    method: 'GET',
    pattern,
    permissions: ['Application.Read.All', 'Application.ReadWrite.All', 'Directory.Read.All'],
    handle: read,
  },
  { method: 'PUT', pattern, permissions: may, binary: true, handle: write },
  { method: 'DELETE', pattern, permissions: may, handle: remove },
];
