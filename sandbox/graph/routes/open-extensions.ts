import { noContent, type Answer, type Call } from '../http/call.js';
import { badRequest, GraphError, malformed, notFound } from '../http/errors.js';
import type { Route } from '../http/router.js';
import { target } from '../core.js';
import { itemsOf, listItems } from '../query/items.js';
import { extensionsOf, shownExtension } from '../rules/open-extensions.js';
import { requireProperties } from '../schema/check-body.js';
import { typeOf } from '../schema/types.js';
import type { Entity, Kind, Op, Props } from '../state/types.js';
import { collectionRoutes, ownerOf } from './collection.js';
import { liveByKey } from './entity.js';

/*
 * Open extensions of an object, and the schema extensions that applications declare (FACTS §1 "Extension kinds").
 */

/** A resource holds so many open extensions at most. */
const mostOfObject = 2;

const stateId = (owner: Entity, name: string): string => `${owner.id}/extensions/${name}`;

function valuesOf(call: Call): Props {
  const { body } = call;
  if (body === null || typeof body !== 'object' || Array.isArray(body))
    throw malformed(
      'Unable to read JSON request payload. Please ensure the payload is of valid JSON format.',
    );
  return Object.fromEntries(
    Object.entries(body).filter(([name]) => !name.includes('@') && name !== 'id' && !name.startsWith('~')),
  );
}

function routesOf(pattern: string, kind: Kind, read: readonly string[], write: readonly string[]): Route[] {
  const owner = (call: Call): Entity => liveByKey(call, kind, call.param('id'));
  const ofOwner = (call: Call): Entity[] => extensionsOf(call.state, owner(call));
  const one = (call: Call): Entity => {
    const name = call.param('item').replace(/^microsoft\.outlook\.services\.opentypeextension\./i, '');
    const found = call.state.get(stateId(owner(call), name), 'openTypeExtension');
    if (!found) throw notFound(call.param('item'));
    return found;
  };
  const commit = (call: Call, op: Op): void =>
    call.core.commit([op], {
      actor: call.actor,
      correlationId: call.ids.clientRequestId,
      notes: [{ activity: `Update ${kind}`, operation: 'Update', targets: [target(owner(call))] }],
    });
  const context = (call: Call): string => `${typeOf(kind).set}('${owner(call).id}')/extensions`;
  const add = (call: Call): Answer => {
    const values = valuesOf(call);
    const name = values['extensionName'];
    if (typeof name !== 'string' || name === '' || (call.body as Props)['@odata.type'] === undefined)
      throw badRequest("An open extension needs '@odata.type' and 'extensionName'.");
    const id = stateId(owner(call), name);
    if (call.state.get(id))
      throw new GraphError(409, 'NameAlreadyExists', 'An extension already exists with given id.');
    if (ofOwner(call).length >= mostOfObject)
      throw badRequest(`An object has at most ${mostOfObject} open extensions of an application.`);
    const props = { ...values, [ownerOf]: owner(call).id };
    commit(call, { op: 'create', kind: 'openTypeExtension', id, props });
    const body = {
      '@odata.context': call.context(`${context(call)}/$entity`),
      ...shownExtension(call.state.get(id) as Entity),
    };
    return { status: 201, body };
  };
  return [
    {
      method: 'GET',
      pattern,
      permissions: read,
      handle: (call) => listItems(call, context(call), itemsOf(ofOwner(call).map(shownExtension))),
    },
    {
      method: 'GET',
      pattern: `${pattern}/$count`,
      permissions: read,
      handle: (call) => ({
        status: 200,
        body: Buffer.from(String(ofOwner(call).length)),
        headers: { 'content-type': 'text/plain' },
      }),
    },
    { method: 'POST', pattern, permissions: write, handle: add },
    {
      method: 'GET',
      pattern: `${pattern}/{item}`,
      permissions: read,
      handle: (call) => ({
        status: 200,
        body: { '@odata.context': call.context(`${context(call)}/$entity`), ...shownExtension(one(call)) },
      }),
    },
    {
      method: 'PATCH',
      pattern: `${pattern}/{item}`,
      permissions: write,
      handle: (call) => {
        const { extensionName, ...values } = valuesOf(call);
        const entity = one(call);
        if (extensionName !== undefined && extensionName !== entity.props['extensionName'])
          throw badRequest("Property 'extensionName' is read-only and cannot be set.");
        commit(call, { op: 'set', id: entity.id, props: values });
        return noContent;
      },
    },
    {
      method: 'DELETE',
      pattern: `${pattern}/{item}`,
      permissions: write,
      handle: (call) => {
        commit(call, { op: 'purge', id: one(call).id });
        return noContent;
      },
    },
  ];
}

const extensionTargets = [
  'User',
  'Group',
  'Organization',
  'Device',
  'AdministrativeUnit',
  'Contact',
  'Message',
  'Event',
  'Post',
];
const extensionTypes = ['Binary', 'Boolean', 'DateTime', 'Integer', 'String'];

function checkSchema(props: Props): Props {
  for (const name of (props['targetTypes'] ?? []) as string[])
    if (!extensionTargets.includes(name))
      throw badRequest(`Invalid value specified for property 'targetTypes': '${name}'.`);
  for (const one of (props['properties'] ?? []) as Props[])
    if (!/^\w+$/.test(String(one['name'])) || !extensionTypes.includes(String(one['type'])))
      throw badRequest("Invalid value specified for property 'properties' of resource 'SchemaExtension'.");
  return props;
}

const letters = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** `ext` and eight signs are put before a bare name; a verified domain's name is taken as it is. */
function extensionId(call: Call, asked: string): string {
  if (asked.includes('_')) return asked;
  const bytes = Buffer.from(call.core.newId().replaceAll('-', ''), 'hex').subarray(0, 8);
  return `ext${[...bytes].map((byte) => letters[byte % letters.length]).join('')}_${asked}`;
}

const directory = ['Directory.Read.All', 'Directory.ReadWrite.All'];

export const openExtensionRoutes: readonly Route[] = [
  ...routesOf(
    '/users/{id}/extensions',
    'user',
    ['User.Read.All', 'User.ReadWrite.All', ...directory],
    ['User.ReadWrite.All'],
  ),
  ...routesOf(
    '/groups/{id}/extensions',
    'group',
    ['Group.Read.All', 'Group.ReadWrite.All', ...directory],
    ['Group.ReadWrite.All'],
  ),
  ...routesOf(
    '/directory/administrativeUnits/{id}/extensions',
    'administrativeUnit',
    ['AdministrativeUnit.Read.All', 'AdministrativeUnit.ReadWrite.All', ...directory],
    ['AdministrativeUnit.ReadWrite.All'],
  ),
  ...collectionRoutes({
    pattern: '/schemaExtensions',
    kind: 'schemaExtension',
    noun: 'schema extension',
    read: ['Application.Read.All'],
    write: ['Application.ReadWrite.All', 'Directory.ReadWrite.All'],
    create: (call, props) => {
      requireProperties(typeOf('schemaExtension'), props, ['id', 'targetTypes', 'properties']);
      const id = extensionId(call, String(props['id']));
      if (call.state.get(id)) throw badRequest(`The schema extension '${id}' exists already.`);
      const { id: _id, ...rest } = checkSchema(props);
      return { id, props: { owner: call.token.appId, ...rest, status: 'InDevelopment' } };
    },
    update: (_call, entity, props) => {
      if (entity.props['status'] === 'Available' && props['status'] === 'InDevelopment')
        throw badRequest('The status of a schema extension does not go back.');
      return checkSchema(props);
    },
    remove: (_call, entity) => {
      if (entity.props['status'] !== 'InDevelopment')
        throw badRequest('Only a schema extension in development can be deleted.');
    },
  }),
];
