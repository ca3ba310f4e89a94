/**
 * The OData model as clients read it at /$metadata: CSDL 4.0 in XML, written out of the transcription in the contract data, which is the
 * described part of Microsoft's own. What leads out of that part is left out, so that nothing in it names a type that is not there.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const property = z.object({
  type: z.string(),
  collection: z.boolean().default(false),
  nullable: z.boolean().default(true),
  contained: z.boolean().default(false),
  outsideSlice: z.boolean().default(false),
});
type Property = z.infer<typeof property>;
const properties = z.record(z.string(), property).default({});
const structure = z.object({
  kind: z.enum(['entity', 'complex']),
  base: z.string().optional(),
  abstract: z.boolean().default(false),
  open: z.boolean().default(false),
  hasStream: z.boolean().default(false),
  key: z.array(z.string()).default([]),
  props: properties,
  nav: properties,
});
const enumeration = z.object({ members: z.array(z.string()), flags: z.boolean().default(false) });
const operation = z.object({
  kind: z.enum(['action', 'function']),
  name: z.string(),
  params: z.array(property.extend({ name: z.string() })),
  returns: property.optional(),
});
const entryPoint = z.union([z.object({ set: z.string() }), z.object({ singleton: z.string() })]);
const model = z.object({
  types: z.record(z.string(), structure),
  enums: z.record(z.string(), enumeration),
  boundOperations: z.array(operation),
  entryPoints: z.record(z.string(), entryPoint),
});
type Model = z.infer<typeof model>;

const NAMESPACE = 'microsoft.graph';

/** @returns the document, or null where the contract data is not at hand */
export function metadataXml(contractDir: string): string | null {
  try {
    const text = readFileSync(join(contractDir, 'graph', 'csdl-v1.0-slice.json'), 'utf8');
    return written(model.parse(JSON.parse(text)));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw cause;
  }
}

function written(read: Model): string {
  const names = [...Object.keys(read.types), ...Object.keys(read.enums)];
  const isInside = ({ type }: Property): boolean => type.startsWith('Edm.') || names.includes(type);
  const operations = read.boundOperations.filter(({ params, returns }) =>
    [...params, ...(returns ? [returns] : [])].every(isInside),
  );
  const namespaces = new Set([NAMESPACE, ...names.map(namespaceOf)]);
  const schemas = [...namespaces].map((namespace) => {
    const within = ([name]: readonly [string, unknown]): boolean => namespaceOf(name) === namespace;
    const alias = namespace === NAMESPACE ? { Alias: 'graph' } : {};
    return element(
      'Schema',
      { Namespace: namespace, ...alias, xmlns: 'http://docs.oasis-open.org/odata/ns/edm' },
      [
        ...Object.entries(read.enums)
          .filter(within)
          .map(([name, of]) => enumType(name, of)),
        ...Object.entries(read.types)
          .filter(within)
          .map(([name, of]) => structuredType(name, of)),
        ...operations.filter(({ name }) => namespaceOf(name) === namespace).map(operationOf),
        ...(namespace === NAMESPACE ? [container(read.entryPoints)] : []),
      ],
    );
  });
  const services = element('edmx:DataServices', {}, schemas);
  const edmx = { Version: '4.0', 'xmlns:edmx': 'http://docs.oasis-open.org/odata/ns/edmx' };
  return `<?xml version="1.0" encoding="utf-8"?>${element('edmx:Edmx', edmx, [services])}`;
}

const namespaceOf = (name: string): string => name.slice(0, name.lastIndexOf('.'));
const shortOf = (name: string): string => name.slice(name.lastIndexOf('.') + 1);

/** Numbers are not in the transcription: members count from 0, those of flags by powers of two, as is usual. */
const enumType = (name: string, { members, flags }: z.infer<typeof enumeration>): string =>
  element(
    'EnumType',
    { Name: shortOf(name), IsFlags: flags ? 'true' : undefined },
    members.map((member, i) => element('Member', { Name: member, Value: String(flags ? 2 ** i : i) })),
  );

function structuredType(name: string, of: z.infer<typeof structure>): string {
  const isEntity = of.kind === 'entity';
  const inside = Object.entries(of.nav).filter(([, one]) => !one.outsideSlice);
  return element(
    isEntity ? 'EntityType' : 'ComplexType',
    {
      Name: shortOf(name),
      BaseType: of.base,
      Abstract: of.abstract ? 'true' : undefined,
      OpenType: of.open ? 'true' : undefined,
      HasStream: of.hasStream ? 'true' : undefined,
    },
    [
      ...(of.key.length === 0
        ? []
        : [
            element(
              'Key',
              {},
              of.key.map((key) => element('PropertyRef', { Name: key })),
            ),
          ]),
      ...Object.entries(of.props)
        .filter(([, one]) => !one.outsideSlice)
        .map(([key, one]) => element('Property', { Name: key, ...typed(one) })),
      ...inside.map(([key, one]) =>
        element('NavigationProperty', {
          Name: key,
          ...typed(one),
          ContainsTarget: one.contained ? 'true' : undefined,
        }),
      ),
    ],
  );
}

const operationOf = (one: z.infer<typeof operation>): string =>
  element(one.kind === 'action' ? 'Action' : 'Function', { Name: shortOf(one.name), IsBound: 'true' }, [
    ...one.params.map((parameter) => element('Parameter', { Name: parameter.name, ...typed(parameter) })),
    ...(one.returns === undefined ? [] : [element('ReturnType', typed(one.returns))]),
  ]);

const container = (entryPoints: Model['entryPoints']): string =>
  element(
    'EntityContainer',
    { Name: 'GraphService' },
    Object.entries(entryPoints).map(([Name, point]) =>
      'set' in point
        ? element('EntitySet', { Name, EntityType: point.set })
        : element('Singleton', { Name, Type: point.singleton }),
    ),
  );

const typed = ({ type, collection, nullable }: Property): Attributes => ({
  Type: collection ? `Collection(${type})` : type,
  Nullable: nullable ? undefined : 'false',
});

type Attributes = Readonly<Record<string, string | undefined>>;

function element(name: string, attributes: Attributes, children: readonly string[] = []): string {
  const said = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${escaped(value ?? '')}"`)
    .join('');
  return children.length === 0 ? `<${name}${said} />` : `<${name}${said}>${children.join('')}</${name}>`;
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
