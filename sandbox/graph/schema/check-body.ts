import type { GraphError } from '../http/errors.js';
import { badRequest, invalidValue, malformed } from '../http/errors.js';
import type { JsonValue, Props } from '../state/types.js';
import type { PropertyDef, Shape } from './property.js';
import { misfit, type Misfit } from './complex.js';
import { propertyOf, type TypeDef } from './types.js';

/**
 * Checks a POST or PATCH body against the type's table, nested values included: unknown, read-only, wrongly typed, too long
 * and uncleared values are refused, each with the text of the service where it is known (FACTS §13).
 * @param id  of the object that is updated: a body may repeat it, as clients do that send back what they read
 * @returns the properties to store; annotations (`x@odata.bind`, `@odata.type`) are left out, the caller reads them itself
 */
export function checkBody(
  type: TypeDef,
  body: JsonValue | undefined,
  purpose: 'create' | 'update',
  id?: string,
): Props {
  if (body === undefined || body === null || typeof body !== 'object' || Array.isArray(body))
    throw malformed(
      'Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.',
    );
  const props: Props = {};
  for (const [name, value] of Object.entries(body)) {
    if (name.includes('@odata.') || (name === 'id' && value === id && purpose === 'update')) continue;
    const def = propertyOf(type, name);
    if (!def)
      throw malformed(
        `The property '${name}' does not exist on type 'microsoft.graph.${type.name}'. Make sure to only use property names that are defined by the type.`,
      );
    if (def.write === 'never' || (def.write === 'create' && purpose === 'update'))
      throw badRequest(`Property '${name}' is read-only and cannot be set.`);
    checkValue(type, def, value);
    props[name] = value;
  }
  return props;
}

function checkValue(type: TypeDef, def: PropertyDef, value: JsonValue): void {
  const resource = type.name.charAt(0).toUpperCase() + type.name.slice(1);
  const invalid = (): GraphError =>
    invalidValue(def.name, `Invalid value specified for property '${def.name}' of resource '${resource}'.`);
  if (value === null || value === '') {
    if (def.required || (def.shape === 'flag' && value === '')) throw invalid();
    if (value === null && isList(def.shape)) throw invalid();
    return;
  }
  const wrong = misfit(complexShapes[def.shape] ?? def.shape, value, def.name);
  if (wrong) throw refusal(wrong, def, invalid);
  if (typeof value === 'string') {
    if (def.max !== undefined && value.length > def.max) throw invalid();
    if (def.values && !def.values.includes(value)) throw invalid();
  }
  if (def.name === 'businessPhones' && Array.isArray(value) && value.length > 1) throw invalid();
}

const isList = (shape: Shape): boolean => shape === 'texts' || shape === 'anyList' || shape.endsWith('[]');

/** Shapes of a property table that have a name of their own. */
const complexShapes: Readonly<Record<string, string>> = { texts: 'text[]', anyList: 'any[]' };

function refusal({ path, what }: Misfit, def: PropertyDef, invalid: () => GraphError): GraphError {
  if (what === 'value') return invalid();
  if (what === 'null')
    return malformed(`A null value was found for the property '${path}', which does not allow null values.`);
  if (what === 'type')
    return malformed(
      `A value of the wrong type was found for property '${path}'${path === def.name ? `; expected ${wanted(def.shape)}` : ''}.`,
    );
  return malformed(
    `The property '${what.unknown}' does not exist on type 'microsoft.graph.${what.of}'. Make sure to only use property names that are defined by the type.`,
  );
}

function wanted(shape: Shape): string {
  const names: Partial<Record<Shape, string>> = {
    text: 'Edm.String',
    flag: 'Edm.Boolean',
    number: 'Edm.Int32',
    guid: 'Edm.Guid',
    duration: 'Edm.Duration',
    instant: 'Edm.DateTimeOffset',
    texts: 'Collection(Edm.String)',
  };
  return (
    names[shape] ??
    (isList(shape) ? `Collection(microsoft.graph.${shape.slice(0, -2)})` : `microsoft.graph.${shape}`)
  );
}

/** @throws GraphError 400 naming the first property that a create lacks */
export function requireProperties(type: TypeDef, props: Props, names: readonly string[]): void {
  for (const name of names)
    if (props[name] === undefined || props[name] === null)
      throw badRequest(
        `A value is required for property '${name}' of resource '${type.name.charAt(0).toUpperCase()}${type.name.slice(1)}'.`,
      );
}
