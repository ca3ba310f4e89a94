/** applications/{id}/addKey and removeKey: an application rolls its certificates, which takes a proof that it holds one of them. */
import { noContent, type Answer, type Call } from '../http/call.js';
import { badRequest, malformed } from '../http/errors.js';
import type { Route } from '../http/router.js';
import { storedCredentials } from '../rules/credentials.js';
import { checkProof } from '../rules/key-proof.js';
import { misfit } from '../schema/complex.js';
import type { Entity, Props } from '../state/types.js';
import { commitCredentials } from './app-credentials.js';
import { acted, liveByKey } from './entity.js';

const application = (call: Call): Entity => liveByKey(call, 'application', call.param('id'));
const keysOf = (entity: Entity): Props[] => (entity.props['keyCredentials'] ?? []) as Props[];

/** Writes the list as an update would, so that everything stays as it was but what is new. */
function write(call: Call, entity: Entity, keyCredentials: Props[]): Props[] {
  const { props } = storedCredentials(
    { keyCredentials },
    { before: entity.props, now: call.now, newId: () => call.core.newId() },
  );
  commitCredentials(call, 'application', entity, props);
  return props['keyCredentials'] as Props[];
}

function addKey(call: Call): Answer {
  const entity = application(call);
  const { keyCredential, proof } = call.members(['keyCredential', 'passwordCredential', 'proof']);
  if (!keyCredential || misfit('keyCredential', keyCredential))
    throw malformed('The keyCredential is not valid.');
  const { type, usage, ...rest } = keyCredential as Props;
  if (type !== 'AsymmetricX509Cert' || usage !== 'Verify')
    throw badRequest("Invalid value specified for property 'usage' of resource 'KeyCredential'.");
  checkProof(proof, entity, call.now);
  const added = write(call, entity, [...keysOf(entity), { ...rest, type, usage }]).at(-1);
  return acted({ '@odata.context': call.context('microsoft.graph.keyCredential'), ...added });
}

function removeKey(call: Call): Answer {
  const entity = application(call);
  const { keyId, proof } = call.members(['keyId', 'proof']);
  checkProof(proof, entity, call.now);
  const had = keysOf(entity);
  const left = had.filter((credential) => credential['keyId'] !== keyId);
  if (left.length === had.length) throw badRequest('No key credential found with keyId.');
  write(call, entity, left);
  return noContent;
}

const permissions = ['Application.ReadWrite.All'];

export const appKeyRoutes: readonly Route[] = [
  { method: 'POST', pattern: '/applications/{id}/addKey', permissions, handle: addKey },
  { method: 'POST', pattern: '/applications/{id}/removeKey', permissions, handle: removeKey },
];
