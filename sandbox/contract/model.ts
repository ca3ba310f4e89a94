/**
 * Microsoft's description of Graph as one set of types: the OpenAPI slice (2025-01) merged with the OData model
 * (2026-08), as graph/README.md "Validating" says. Every type is flattened over its bases; a reference to
 * another type becomes the keyword `graphType` or `graphTypeOrNull`, which the validator resolves (subtypes by
 * @odata.type included).
 */
import type { OpenApiDocument, OpenApiSchema, OdataModel, OdataProperty } from './files.js';

/** A JSON schema in which named object types are written as `{graphType: name}` or `{graphTypeOrNull: name}`. */
export type Schema = Readonly<Record<string, unknown>>;

export interface TypeInfo {
  readonly name: string;
  readonly bases: readonly string[];
  /** Structural and navigation properties, inherited ones included. */
  readonly properties: ReadonlyMap<string, Schema>;
  /** Names of the navigation properties among them, with whether they are collections. */
  readonly navigation: ReadonlyMap<string, { readonly collection: boolean }>;
  /** Error bodies and collections only: elsewhere it would forbid partial answers and changes. */
  readonly required: readonly string[];
  /** May carry properties that are not described. */
  readonly open: boolean;
}

export interface GraphModel {
  /** @returns undefined for a name that is no object type */
  type(name: string): TypeInfo | undefined;
  /** Whether `name` is `base` or derived from it. */
  isA(name: string, base: string): boolean;
  derivedFrom(base: string): readonly string[];
  /** Rewrites an OpenAPI schema; objects in it are closed, named types become `graphType`. */
  transform(schema: OpenApiSchema): Schema;
  /** Parameters of the bound action or function of this short name, over all its overloads. */
  operationParameters(shortName: string): ReadonlyMap<string, Schema>;
}

const NAMESPACE = 'microsoft.graph.';
const ERRORS = `${NAMESPACE}ODataErrors.`;
const SCHEMA_REF = /^#\/components\/schemas\/(.+)$/;

/**
 * Types that the model calls open only because directory extensions may be added to them; those have a form
 * of their own, so that an unknown name is a mistake (the README's check of a misspelt property).
 */
const CLOSED_BASE = `${NAMESPACE}directoryObject`;

/** What the real service sends without it being described (graph/FACTS.md §16.2). */
const UNDESCRIBED: Readonly<Record<string, Readonly<Record<string, Schema>>>> = {
  'microsoft.graph.group': { creationOptions: { type: 'array', items: { type: 'string' } } },
  'microsoft.graph.servicePrincipal': {
    createdDateTime: { type: ['string', 'null'], format: 'date-time' },
  },
  // Described in another spelling; and the service sends no zone where the pattern asks for one (§13, §18).
  'microsoft.graph.ODataErrors.InnerError': {
    date: { type: 'string' },
    'request-id': { type: 'string' },
    'client-request-id': { type: 'string' },
  },
};

const EDM: Readonly<Record<string, Schema>> = {
  'Edm.String': { type: 'string' },
  'Edm.Boolean': { type: 'boolean' },
  'Edm.Guid': { type: 'string', format: 'uuid' },
  'Edm.Int32': { type: 'integer' },
  'Edm.Double': { type: 'number' },
  'Edm.DateTimeOffset': { type: 'string', format: 'date-time' },
  'Edm.Date': { type: 'string', format: 'date' },
  'Edm.TimeOfDay': { type: 'string' },
  'Edm.Duration': { type: 'string', format: 'duration' },
  'Edm.Binary': { type: 'string' },
  'Edm.Stream': {},
};

export function createModel(openApi: OpenApiDocument, odata: OdataModel): GraphModel {
  const schemas = openApi.components.schemas;
  const flattened = new Map<string, TypeInfo | undefined>();
  const derived = new Map<string, string[]>();
  for (const name of Object.keys(odata.types)) {
    for (let base = odata.types[name]?.base; base !== undefined; base = odata.types[base]?.base) {
      derived.set(base, [...(derived.get(base) ?? []), name]);
    }
  }

  /** A failed anyOf is slow and says everything twice; most schemas can say "or null" themselves. */
  const nullable = (schema: Schema): Schema => {
    const { graphType, type, enum: members } = schema;
    if (Object.keys(schema).length === 0) return schema;
    if (graphType !== undefined) return { graphTypeOrNull: graphType };
    if (typeof type !== 'string') return { anyOf: [schema, { type: 'null' }] };
    const orNull = Array.isArray(members) ? { enum: [...(members as unknown[]), null] } : {};
    return { ...schema, type: [type, 'null'], ...orNull };
  };

  const enumSchema = (name: string): Schema | undefined => {
    const described = schemas[name];
    const known = odata.enums[name];
    if (known === undefined && described?.enum === undefined) return undefined;
    if (known?.flags === true || described?.['x-ms-enum-flags'] !== undefined) return { type: 'string' };
    return {
      type: 'string',
      enum: [...new Set([...(described?.enum ?? []), ...(known?.members ?? [])])],
    };
  };

  const named = (name: string): Schema => {
    const asEnum = enumSchema(name);
    if (asEnum !== undefined) return asEnum;
    const described = schemas[name];
    const isObject = described === undefined || described.allOf !== undefined || described.type === 'object';
    return isObject ? { graphType: name } : primitive(described);
  };

  const primitive = (schema: OpenApiSchema): Schema => {
    const kept: Record<string, unknown> = {};
    for (const key of ['type', 'enum', 'format', 'pattern', 'minimum', 'maximum'] as const) {
      if (schema[key] !== undefined) kept[key] = schema[key];
    }
    // Describes the stream itself; in JSON there is a string or nothing.
    if (kept['format'] === 'binary' || kept['format'] === 'base64url') delete kept['format'];
    return schema.nullable === true ? nullable(kept) : kept;
  };

  const transform = (schema: OpenApiSchema): Schema => {
    if (schema.$ref !== undefined) return named(SCHEMA_REF.exec(schema.$ref)?.[1] ?? schema.$ref);
    if (schema['x-slice-pruned'] !== undefined) return {};
    if (schema.type === 'array') {
      const list: Schema = { type: 'array', items: transform(schema.items ?? {}) };
      return schema.nullable === true ? nullable(list) : list;
    }
    if (schema.type !== 'object') return primitive(schema);
    if (schema.properties === undefined) return { type: 'object' };
    const properties: Record<string, Schema> = {};
    for (const [key, property] of Object.entries(schema.properties)) properties[key] = transform(property);
    const isCollection = isCollectionOf(new Set(Object.keys(properties)));
    return {
      type: 'object',
      properties,
      required: isCollection ? ['value'] : (schema.required ?? []),
      closed: { type: schema.title ?? 'this object', names: Object.keys(properties) },
    };
  };

  const odataSchema = (property: OdataProperty): Schema => {
    if (property.outsideSlice === true) return {};
    const single = EDM[property.type] ?? named(property.type);
    if (property.collection === true) return { type: 'array', items: single };
    return property.nullable === false ? single : nullable(single);
  };

  /** OpenAPI's word on a property, with null where the OData model allows it. */
  const merged = (described: OpenApiSchema, model: OdataProperty | undefined): Schema => {
    const schema = transform(described);
    return described.$ref !== undefined && model?.nullable !== false ? nullable(schema) : schema;
  };

  const flatten = (name: string): TypeInfo | undefined => {
    const described = schemas[name];
    const model = odata.types[name];
    if (model === undefined && (described === undefined || described.enum !== undefined)) return undefined;
    const parts = described === undefined ? [] : (described.allOf ?? [described]);
    const describedBase = parts.map((part) => SCHEMA_REF.exec(part.$ref ?? '')?.[1]).find(Boolean);
    const base = model?.base ?? describedBase;
    const inherited = base === undefined ? undefined : typeOf(base);
    const properties = new Map<string, Schema>(inherited?.properties ?? []);
    const navigation = new Map(inherited?.navigation ?? []);
    for (const part of parts) {
      for (const [key, property] of Object.entries(part.properties ?? {})) {
        properties.set(key, merged(property, model?.props?.[key]));
        if (property['x-ms-navigationProperty'] === true) {
          navigation.set(key, { collection: property.type === 'array' });
        }
      }
    }
    for (const [key, property] of Object.entries(model?.props ?? {})) {
      if (!properties.has(key)) properties.set(key, odataSchema(property));
    }
    for (const [key, property] of Object.entries(model?.nav ?? {})) {
      if (!properties.has(key)) properties.set(key, odataSchema(property));
      navigation.set(key, { collection: property.collection === true });
    }
    for (const [key, schema] of Object.entries(UNDESCRIBED[name] ?? {})) properties.set(key, schema);
    const bases = base === undefined ? [] : [base, ...(inherited?.bases ?? [])];
    const closed = name === CLOSED_BASE || bases.includes(CLOSED_BASE);
    const required = requiredOf(name, parts, properties);
    return { name, bases, properties, navigation, required, open: model?.open === true && !closed };
  };

  const typeOf = (name: string): TypeInfo | undefined => {
    if (!flattened.has(name)) flattened.set(name, flatten(name));
    return flattened.get(name);
  };

  return {
    type: typeOf,
    isA: (name, base) => name === base || (typeOf(name)?.bases.includes(base) ?? false),
    derivedFrom: (base) => derived.get(base) ?? [],
    transform,
    operationParameters(shortName) {
      const found = new Map<string, Schema>();
      for (const operation of odata.boundOperations) {
        if (operation.name !== `${NAMESPACE}${shortName}`) continue;
        for (const parameter of operation.params.slice(1)) found.set(parameter.name, odataSchema(parameter));
      }
      return found;
    },
  };
}

function requiredOf(
  name: string,
  parts: readonly OpenApiSchema[],
  properties: ReadonlyMap<string, Schema>,
): readonly string[] {
  if (name.startsWith(ERRORS)) return parts.flatMap((part) => part.required ?? []);
  return isCollectionOf(new Set(properties.keys())) ? ['value'] : [];
}

function isCollectionOf(names: ReadonlySet<string>): boolean {
  return names.has('value') && names.has('@odata.nextLink');
}
