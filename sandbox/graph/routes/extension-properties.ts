import { noContent, type Answer, type Call } from '../http/call.js';
import { badRequest, notFound } from '../http/errors.js';
import type { Route } from '../http/router.js';
import { target } from '../core.js';
import { list } from '../query/list.js';
import { lostValueOps } from '../rules/directory-extensions.js';
import { checkBody, requireProperties } from '../schema/check-body.js';
import { defaultsOf, render } from '../schema/render.js';
import { typeOf } from '../schema/types.js';
import type { Entity, Op, Props } from '../state/types.js';
import { liveByKey } from './entity.js';
import { filteredSource } from './plain.js';

/** Directory extensions, declared on the application that owns them (FACTS §1 "Extension kinds"). */
const type = typeOf('extensionProperty');
const dataTypes = ['Binary', 'Boolean', 'DateTime', 'Integer', 'LargeInteger', 'String'];
const targets = ['User', 'Group', 'AdministrativeUnit', 'Application', 'Device', 'Organization'];

const owner = (call: Call): Entity => liveByKey(call, 'application', call.param('id'));
const of = (app: Entity) => (item: Entity) => item.props['~application'] === app.id;

function one(call: Call): Entity {
  const found = call.state.get(call.param('extension').toLowerCase(), 'extensionProperty');
  if (!found || !of(owner(call))(found)) throw notFound(call.param('extension'));
  return found;
}

function shown(call: Call, entity: Entity, status: 200 | 201): Answer {
  const context = call.context(`applications('${owner(call).id}')/extensionProperties/$entity`);
  const location = `https://graph.microsoft.com/v2/${call.core.tenantId}/directoryObjects/${entity.id}/Microsoft.DirectoryServices.ExtensionProperty`;
  return {
    status,
    ...(status === 201 ? { headers: { location } } : {}),
    body: { '@odata.context': context, ...render(entity, defaultsOf(type)) },
  };
}

function create(call: Call): Answer {
  const app = owner(call);
  const props = checkBody(type, call.body, 'create');
  requireProperties(type, props, ['name', 'dataType', 'targetObjects']);
  const invalid = (name: string) =>
    badRequest(`Invalid value specified for property '${name}' of resource 'ExtensionProperty'.`);
  if (!dataTypes.includes(String(props['dataType']))) throw invalid('dataType');
  const on = props['targetObjects'] as string[];
  if (on.length === 0 || on.some((name) => !targets.includes(name))) throw invalid('targetObjects');
  if (!/^\w+$/.test(String(props['name']))) throw invalid('name');
  const name = `extension_${String(app.props['appId']).replaceAll('-', '')}_${String(props['name'])}`;
  if (
    call.state
      .liveOf('extensionProperty')
      .all()
      .some((known) => known.props['name'] === name)
  )
    throw badRequest(`An extension property exists with the name ${name}.`);
  const id = call.core.newId();
  const stored: Props = {
    ...props,
    name,
    appDisplayName: app.props['displayName'] ?? null,
    '~application': app.id,
  };
  const op: Op = { op: 'create', kind: 'extensionProperty', id, props: stored };
  commit(call, [op], app);
  return shown(call, call.state.find(id) as Entity, 201);
}

function commit(call: Call, ops: readonly Op[], app: Entity): void {
  call.core.commit(ops, {
    actor: call.actor,
    correlationId: call.ids.clientRequestId,
    notes: [{ activity: 'Update application', operation: 'Update', targets: [target(app)] }],
  });
}

const base = '/applications/{id}/extensionProperties';
const read = ['Application.Read.All', 'Application.ReadWrite.All'];
const write = ['Application.ReadWrite.All', 'Directory.ReadWrite.All'];

export const extensionPropertyRoutes: readonly Route[] = [
  {
    method: 'GET',
    pattern: base,
    permissions: read,
    units: 2,
    handle: (call) =>
      list(call, {
        type,
        context: `applications('${owner(call).id}')/extensionProperties`,
        source: filteredSource(call, 'extensionProperty', of(owner(call))),
        advancedRules: false,
      }),
  },
  { method: 'POST', pattern: base, permissions: write, handle: create },
  {
    method: 'GET',
    pattern: `${base}/{extension}`,
    permissions: read,
    handle: (call) => shown(call, one(call), 200),
  },
  {
    method: 'DELETE',
    pattern: `${base}/{extension}`,
    permissions: write,
    handle: (call) => {
      const declaration = one(call);
      commit(
        call,
        [...lostValueOps(call.state, declaration), { op: 'purge', id: declaration.id }],
        owner(call),
      );
      return noContent;
    },
  },
];
