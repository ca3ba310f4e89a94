import { noContent, type Answer, type Call } from '../http/call.js';
import { methodNotAllowed, notFound } from '../http/errors.js';
import type { Route } from '../http/router.js';
import { target } from '../core.js';
import { count, list, type Source } from '../query/list.js';
import { checkBody } from '../schema/check-body.js';
import { defaultsOf, render, selection } from '../schema/render.js';
import { typeOf } from '../schema/types.js';
import type { Entity, Kind, Props } from '../state/types.js';
import { changesOf } from './entity.js';
import { filteredSource } from './plain.js';

/** Where a thing of a collection below an object keeps that object's id; it goes when the object is purged. */
export const ownerOf = '~of';

/** A plain collection: what may be read and written, and what its own rules add. */
export interface Collection {
  /** '/groupSettings', or '/users/{id}/extensions' below an object. */
  readonly pattern: string;
  readonly kind: Kind;
  /** In the audit log: "Add group setting". */
  readonly noun: string;
  readonly read: readonly string[];
  readonly write: readonly string[];
  /** The object that the collection hangs on. */
  readonly owner?: (call: Call) => Entity;
  /** Judges a body that fits the type's table, and completes it; missing = nothing can be added. */
  readonly create?: (call: Call, props: Props) => { readonly id?: string; readonly props: Props };
  /** @returns what to store; missing = nothing can be changed */
  readonly update?: (call: Call, entity: Entity, props: Props) => Props;
  /** Read-only names that an update may repeat with the value they have. */
  readonly repeatable?: readonly string[];
  /** Throws for what must stay; missing = nothing can be removed. */
  readonly remove?: (call: Call, entity: Entity) => void;
  /** Ids are compared with any casing unless said otherwise. */
  readonly find?: (call: Call, key: string) => Entity | undefined;
}

function sourceOf(call: Call, { kind, owner }: Collection): Source {
  const of = owner?.(call).id;
  return filteredSource(call, kind, (item) => of === undefined || item.props[ownerOf] === of);
}

function contextOf(call: Call, { kind, pattern, owner }: Collection): string {
  if (!owner) return typeOf(kind).set;
  const [set, segment] = [pattern.split('/{')[0]?.slice(1) ?? '', pattern.split('/').at(-1) ?? ''];
  return `${set}('${owner(call).id}')/${segment}`;
}

function found(call: Call, collection: Collection): Entity {
  const key = call.param('item');
  const { kind, owner } = collection;
  const entity =
    collection.find?.(call, key) ?? call.state.get(key, kind) ?? call.state.get(key.toLowerCase(), kind);
  if (!entity || (owner && entity.props[ownerOf] !== owner(call).id)) throw notFound(key);
  return entity;
}

function shown(call: Call, collection: Collection, entity: Entity, status: 200 | 201): Answer {
  const type = typeOf(entity.kind);
  const select = status === 200 ? call.query.select : null;
  const defs = select ? selection(type, select, 'byId') : defaultsOf(type);
  const last = type.set.split('/').at(-1) ?? '';
  const location = `https://graph.microsoft.com/v2/${call.core.tenantId}/${last}/${entity.id}`;
  return {
    status,
    ...(status === 201 ? { headers: { location } } : {}),
    body: {
      '@odata.context': call.context(`${contextOf(call, collection)}/$entity`),
      ...render(entity, defs),
    },
  };
}

function add(collection: Collection): Route['handle'] {
  return (call) => {
    const { kind, owner, create, noun } = collection;
    if (!create) throw methodNotAllowed();
    const made = create(call, checkBody(typeOf(kind), call.body, 'create'));
    const id = made.id ?? call.core.newId();
    const props = owner ? { ...made.props, [ownerOf]: owner(call).id } : made.props;
    const entity: Entity = { id, kind, props, createdAt: call.now, deletedAt: null, gone: false };
    call.core.commit([{ op: 'create', kind, id, props }], {
      actor: call.actor,
      correlationId: call.ids.clientRequestId,
      notes: [{ activity: `Add ${noun}`, operation: 'Add', targets: [target(owner?.(call) ?? entity)] }],
    });
    return shown(call, collection, call.state.find(id) as Entity, 201);
  };
}

function withoutRepeats(body: Call['body'], entity: Entity, names: readonly string[] = []): Call['body'] {
  if (body === undefined || body === null || typeof body !== 'object' || Array.isArray(body)) return body;
  const isRepeated = ([name, value]: readonly [string, unknown]): boolean =>
    names.includes(name) && value === entity.props[name];
  return Object.fromEntries(Object.entries(body).filter((entry) => !isRepeated(entry)));
}

function change(collection: Collection): Route['handle'] {
  return (call) => {
    const { kind, owner, update, noun } = collection;
    if (!update) throw methodNotAllowed();
    const entity = found(call, collection);
    const body = withoutRepeats(call.body, entity, collection.repeatable);
    const set = update(call, entity, checkBody(typeOf(kind), body, 'update', entity.id));
    call.core.commit([{ op: 'set', id: entity.id, props: set }], {
      actor: call.actor,
      correlationId: call.ids.clientRequestId,
      notes: [
        {
          activity: `Update ${noun}`,
          operation: 'Update',
          targets: [target(owner?.(call) ?? entity, changesOf(entity, set))],
        },
      ],
    });
    return noContent;
  };
}

function drop(collection: Collection): Route['handle'] {
  return (call) => {
    const { owner, remove, noun } = collection;
    if (!remove) throw methodNotAllowed();
    const entity = found(call, collection);
    remove(call, entity);
    call.core.commit([{ op: 'purge', id: entity.id }], {
      actor: call.actor,
      correlationId: call.ids.clientRequestId,
      notes: [
        { activity: `Delete ${noun}`, operation: 'Delete', targets: [target(owner?.(call) ?? entity)] },
      ],
    });
    return noContent;
  };
}

/** List, $count, one by id; and what the collection lets be written. */
export function collectionRoutes(collection: Collection): Route[] {
  const { pattern, kind, read, write } = collection;
  const one = `${pattern}/{item}`;
  const routes: Route[] = [
    {
      method: 'GET',
      pattern,
      permissions: read,
      handle: (call) =>
        list(call, {
          type: typeOf(kind),
          context: contextOf(call, collection),
          source: sourceOf(call, collection),
          advancedRules: false,
        }),
    },
    {
      method: 'GET',
      pattern: `${pattern}/$count`,
      permissions: read,
      handle: (call) => count(call, sourceOf(call, collection), typeOf(kind)),
    },
    {
      method: 'GET',
      pattern: one,
      permissions: read,
      handle: (call) => shown(call, collection, found(call, collection), 200),
    },
  ];
  if (collection.create)
    routes.push({ method: 'POST', pattern, permissions: write, handle: add(collection) });
  if (collection.update)
    routes.push({ method: 'PATCH', pattern: one, permissions: write, handle: change(collection) });
  if (collection.remove)
    routes.push({ method: 'DELETE', pattern: one, permissions: write, handle: drop(collection) });
  return routes;
}
