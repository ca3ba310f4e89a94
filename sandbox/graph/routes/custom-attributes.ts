import type { Call } from '../http/call.js';
import { badRequest } from '../http/errors.js';
import type { Route } from '../http/router.js';
import { requireProperties } from '../schema/check-body.js';
import { typeOf } from '../schema/types.js';
import type { Props } from '../state/types.js';
import { collectionRoutes } from './collection.js';

/** Sets and definitions of custom security attributes (SPEC B7). Neither can be deleted; definitions are deprecated. */
const most = 500;
const nameShape = /^[A-Za-z][A-Za-z0-9]*$/;

function createSet(call: Call, props: Props) {
  const id = props['id'];
  if (typeof id !== 'string' || id.length > 32 || !nameShape.test(id))
    throw badRequest("Invalid value specified for property 'id' of resource 'AttributeSet'.");
  if (call.state.get(id)) throw badRequest(`An attribute set with the name '${id}' already exists.`);
  if (call.state.liveOf('attributeSet').size >= most)
    throw badRequest(`A tenant has at most ${most} attribute sets.`);
  return { id, props: checkMost(props) };
}

function checkMost(props: Props): Props {
  const { id: _id, ...rest } = props;
  const number = rest['maxAttributesPerSet'];
  if (number !== undefined && number !== null && (Number(number) < 1 || Number(number) > most))
    throw badRequest(
      "Invalid value specified for property 'maxAttributesPerSet' of resource 'AttributeSet'.",
    );
  return rest;
}

function createDefinition(call: Call, props: Props) {
  requireProperties(typeOf('customSecurityAttributeDefinition'), props, [
    'attributeSet',
    'name',
    'type',
    'status',
    'isCollection',
    'isSearchable',
    'usePreDefinedValuesOnly',
  ]);
  const set = call.state.get(String(props['attributeSet']), 'attributeSet');
  if (!set) throw badRequest(`The attribute set '${String(props['attributeSet'])}' does not exist.`);
  if (!nameShape.test(String(props['name'])))
    throw badRequest(
      "Invalid value specified for property 'name' of resource 'CustomSecurityAttributeDefinition'.",
    );
  if (
    props['type'] === 'Boolean' &&
    (props['isCollection'] === true || props['usePreDefinedValuesOnly'] === true)
  )
    throw badRequest('A Boolean attribute has one value, and none that is predefined.');
  const id = `${set.id}_${String(props['name'])}`;
  if (call.state.get(id)) throw badRequest(`The attribute '${id}' is defined already.`);
  const others = call.state.liveOf('customSecurityAttributeDefinition').all();
  const inSet = others.filter((other) => other.props['attributeSet'] === set.id).length;
  if (others.length >= most || inSet >= Number(set.props['maxAttributesPerSet'] ?? most))
    throw badRequest(`The attribute set '${set.id}' holds as many attributes as it may.`);
  return { id, props: checkAllowed(props) };
}

function checkAllowed(props: Props): Props {
  for (const one of (props['allowedValues'] ?? []) as Props[])
    if (typeof one?.['id'] !== 'string' || typeof one['isActive'] !== 'boolean')
      throw badRequest("An allowed value has an 'id' and says whether it 'isActive'.");
  return props;
}

const read = ['CustomSecAttributeDefinition.Read.All', 'CustomSecAttributeDefinition.ReadWrite.All'];
const write = ['CustomSecAttributeDefinition.ReadWrite.All'];

export const customAttributeRoutes: readonly Route[] = [
  ...collectionRoutes({
    pattern: '/directory/attributeSets',
    kind: 'attributeSet',
    noun: 'attribute set',
    read,
    write,
    create: createSet,
    update: (_call, _entity, props) => checkMost(props),
  }),
  ...collectionRoutes({
    pattern: '/directory/customSecurityAttributeDefinitions',
    kind: 'customSecurityAttributeDefinition',
    noun: 'custom security attribute definition',
    read,
    write,
    create: createDefinition,
    update: (_call, _entity, props) => props,
  }),
];
