/**
 * What the OpenAPI slice does not describe although the service has it: $batch (graph/FACTS.md §12) and the paths
 * that came after it (graph/README.md, last point of "What the OpenAPI slice does and does not say").
 */
import type { OpenApiDocument, OpenApiOperation, OpenApiSchema } from './files.js';
import type { Schema } from './model.js';

const reference = (type: string): OpenApiSchema => ({ $ref: `#/components/schemas/microsoft.graph.${type}` });

const answering = (schema: OpenApiSchema): OpenApiOperation['responses'] => ({
  '2XX': { content: { 'application/json': { schema } } },
});

const query = (...names: string[]): OpenApiOperation['parameters'] =>
  names.map((name) => ({ name, in: 'query' }));

export const collection = (type: string): OpenApiOperation => ({
  parameters: query('$top', '$skip', '$filter', '$count', '$orderby', '$select', '$expand', '$search'),
  responses: answering({
    title: `Collection of ${type}`,
    type: 'object',
    properties: {
      value: { type: 'array', items: reference(type) },
      '@odata.nextLink': { type: 'string', nullable: true },
    },
  }),
});

export const entity = (type: string): OpenApiOperation => ({
  parameters: query('$select', '$expand'),
  responses: answering(reference(type)),
});

const nothing: OpenApiOperation = { responses: { '2XX': {} } };

const recycleBin = (name: string, type: string): OpenApiDocument['paths'] => {
  const path = `/identity/conditionalAccess/deletedItems/${name}`;
  return {
    [path]: { get: collection(type) },
    [`${path}/{${type}-id}`]: { get: entity(type), delete: nothing },
    [`${path}/{${type}-id}/microsoft.graph.restore`]: { post: { responses: answering(reference(type)) } },
  };
};

const methods = (name: string, type: string): OpenApiDocument['paths'] => ({
  [`/users/{user-id}/authentication/${name}`]: { get: collection(type) },
  [`/users/{user-id}/authentication/${name}/{${type}-id}`]: { get: entity(type), delete: nothing },
});

/** In Microsoft's reference but outside the slice: the templates of settings, and the sizes of a group's photo. */
const templates: OpenApiOperation = {
  parameters: query('$filter', '$select', '$top', '$count'),
  responses: answering({
    title: 'Collection of groupSettingTemplate',
    type: 'object',
    properties: {
      value: { type: 'array', items: { type: 'object' } },
      '@odata.nextLink': { type: 'string', nullable: true },
    },
  }),
};
/** The reference page of adminConsentRequestPolicy has PUT, the slice PATCH. */
const replacing = (type: string): OpenApiOperation => ({
  requestBody: { content: { 'application/json': { schema: reference(type) } } },
  ...nothing,
});
const pictures = '/groups/{group-id}/photos';
/** The reference page of profilePhoto has PATCH beside PUT (FACTS §9). */
const picture: OpenApiOperation = {
  requestBody: { content: { 'application/octet-stream': { schema: { type: 'string' } } } },
  responses: { '2XX': {} },
};
/** The action of users in the slice, bound to every directory object in the reference. */
const checkMemberObjects: OpenApiOperation = {
  requestBody: {
    content: {
      'application/json': {
        schema: { type: 'object', properties: { ids: { type: 'array', items: { type: 'string' } } } },
      },
    },
  },
  responses: answering({
    type: 'object',
    properties: { value: { type: 'array', items: { type: 'string' } } },
  }),
};
const outsideSlice: OpenApiDocument['paths'] = {
  '/groupSettingTemplates': { get: templates },
  '/groupSettingTemplates/{groupSettingTemplate-id}': {
    get: { parameters: query('$select'), responses: answering({ type: 'object' }) },
  },
  '/users/{user-id}/photo/$value': { patch: picture },
  '/groups/{group-id}/photo/$value': { patch: picture },
  ...Object.fromEntries(
    [
      'directoryObjects/{directoryObject-id}',
      'groups/{group-id}',
      'servicePrincipals/{servicePrincipal-id}',
    ].map((one) => [`/${one}/microsoft.graph.checkMemberObjects`, { post: checkMemberObjects }]),
  ),
  '/contacts/microsoft.graph.delta()': { get: collection('orgContact') },
  '/policies/adminConsentRequestPolicy': { put: replacing('adminConsentRequestPolicy') },
  [`${pictures}/{profilePhoto-id}`]: { get: entity('profilePhoto') },
  [`${pictures}/{profilePhoto-id}/$value`]: {
    get: {
      responses: { '2XX': { content: { 'application/octet-stream': { schema: { type: 'string' } } } } },
    },
  },
};

export const NEWER_PATHS: OpenApiDocument['paths'] = {
  ...outsideSlice,
  ...recycleBin('policies', 'conditionalAccessPolicy'),
  ...recycleBin('namedLocations', 'namedLocation'),
  ...methods('externalAuthenticationMethods', 'externalAuthenticationMethod'),
  ...methods('platformCredentialMethods', 'platformCredentialAuthenticationMethod'),
};

const strings = { type: 'object', additionalProperties: { type: 'string' } };

/** The envelope only; what is inside is checked request by request. */
export const BATCH_REQUEST: Schema = {
  type: 'object',
  required: ['requests'],
  additionalProperties: false,
  properties: {
    requests: {
      type: 'array',
      minItems: 1,
      maxItems: 20,
      items: {
        type: 'object',
        required: ['id', 'method', 'url'],
        additionalProperties: false,
        properties: {
          id: { type: 'string', minLength: 1 },
          method: { enum: ['GET', 'POST', 'PATCH', 'PUT', 'DELETE'] },
          url: { type: 'string', pattern: '^(?!\\w+:)/?(?!(v1\\.0|beta)(/|$))[^/]' },
          headers: strings,
          body: {},
          dependsOn: { type: 'array', items: { type: 'string' } },
        },
        // A body without its content type is refused.
        if: { required: ['body'] },
        then: {
          required: ['headers'],
          properties: { headers: { propertyNames: {}, type: 'object', minProperties: 1 } },
        },
      },
    },
  },
};

export const BATCH_ANSWER: Schema = {
  type: 'object',
  required: ['responses'],
  properties: {
    responses: {
      type: 'array',
      items: {
        type: 'object',
        required: ['id', 'status'],
        additionalProperties: false,
        properties: {
          id: { type: 'string' },
          status: { type: 'integer', minimum: 200, maximum: 599 },
          headers: strings,
          body: {},
        },
      },
    },
  },
};
