import { badRequest } from '../http/errors.js';
import type { TenantState } from '../state/tenant-state.js';
import type { Entity, JsonValue, Props } from '../state/types.js';

/** Custom security attributes of an object, judged by their definitions (FACTS §1 "Extension kinds"). */
const valueType = '#Microsoft.DirectoryServices.CustomSecurityAttributeValue';

const invalid = (what: string) =>
  badRequest(`Invalid value specified for property 'customSecurityAttributes': ${what}.`);

const isObject = (value: JsonValue | undefined): value is Props =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

/**
 * What an update makes of the attributes: sets and attributes that are named are written, the others stay, null removes.
 * @returns null when nothing is left
 */
export function mergedAttributes(
  state: TenantState,
  before: JsonValue | undefined,
  sent: JsonValue,
): JsonValue {
  if (!isObject(sent)) throw invalid('an object is expected');
  const merged: Props = isObject(before) ? { ...before } : {};
  for (const [set, given] of Object.entries(sent)) {
    if (set.startsWith('@')) continue;
    if (!state.get(set, 'attributeSet')) throw invalid(`the attribute set '${set}' does not exist`);
    const next = given === null ? null : mergedSet(state, set, merged[set], given);
    if (next === null) delete merged[set];
    else merged[set] = next;
  }
  return Object.keys(merged).length === 0 ? null : merged;
}

function mergedSet(
  state: TenantState,
  set: string,
  before: JsonValue | undefined,
  given: JsonValue,
): Props | null {
  if (!isObject(given) || given['@odata.type'] !== valueType)
    throw invalid(`'${set}' needs the @odata.type ${valueType}`);
  const next: Props = isObject(before) ? { ...before } : {};
  for (const [name, value] of Object.entries(given)) {
    if (name.includes('@')) continue;
    const definition = state.get(`${set}_${name}`, 'customSecurityAttributeDefinition');
    if (!definition) throw invalid(`the attribute '${set}/${name}' is not defined`);
    delete next[name];
    delete next[`${name}@odata.type`];
    if (value === null) continue;
    checkValue(definition, value, given[`${name}@odata.type`]);
    const annotation = annotationOf(definition);
    if (annotation !== null) next[`${name}@odata.type`] = annotation;
    next[name] = value;
  }
  const { '@odata.type': _type, ...values } = next;
  return Object.keys(values).length === 0 ? null : { '@odata.type': valueType, ...values };
}

/** How the type of a value is written beside it; a single text or flag needs nothing. */
function annotationOf({ props }: Entity): string | null {
  const single = props['type'] === 'Integer' ? 'Int32' : String(props['type']);
  if (props['isCollection'] === true) return `#Collection(${single})`;
  return single === 'Int32' ? '#Int32' : null;
}

function checkValue(definition: Entity, value: JsonValue, annotation: JsonValue | undefined): void {
  const { props } = definition;
  const name = `${String(props['attributeSet'])}/${String(props['name'])}`;
  if (props['status'] !== 'Available') throw invalid(`the attribute '${name}' is deprecated`);
  if (annotationOf(definition) !== null && annotation !== annotationOf(definition))
    throw invalid(`'${name}' needs the annotation ${String(annotationOf(definition))}`);
  if (Array.isArray(value) !== (props['isCollection'] === true))
    throw invalid(`'${name}' ${props['isCollection'] === true ? 'is' : 'is not'} a collection`);
  const wanted = { String: 'string', Integer: 'number', Boolean: 'boolean' }[String(props['type'])];
  const allowed = ((props['allowedValues'] ?? []) as Props[])
    .filter((one) => one['isActive'] === true)
    .map((one) => one['id']);
  for (const one of Array.isArray(value) ? value : [value]) {
    if (typeof one !== wanted) throw invalid(`'${name}' takes values of type ${String(props['type'])}`);
    if (typeof one === 'string' && one.length > 64) throw invalid(`a value of '${name}' is longer than 64`);
    if (props['usePreDefinedValuesOnly'] === true && !allowed.includes(String(one)))
      throw invalid(`'${String(one)}' is not an allowed value of '${name}'`);
  }
}
