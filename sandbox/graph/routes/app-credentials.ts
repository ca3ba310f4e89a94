import { noContent, type Call } from '../http/call.js';
import { badRequest, GraphError, malformed } from '../http/errors.js';
import type { Route } from '../http/router.js';
import { target } from '../core.js';
import { newPassword, refuseTooLarge } from '../rules/credentials.js';
import { keptSecrets, secretsOf } from '../rules/secrets.js';
import { misfit } from '../schema/complex.js';
import type { Entity, Props } from '../state/types.js';
import { acted, liveByKey } from './entity.js';

type AppKind = 'application' | 'servicePrincipal';

const nouns: Readonly<Record<AppKind, string>> = {
  application: 'application',
  servicePrincipal: 'service principal',
};

/** @param made  secrets of this write by keyId; a digest is all that stays of them */
function commit(
  call: Call,
  kind: AppKind,
  entity: Entity,
  credentials: readonly Props[],
  made?: ReadonlyMap<string, string>,
): void {
  commitCredentials(call, kind, entity, {
    passwordCredentials: [...credentials],
    [secretsOf]: keptSecrets(entity.props, credentials, made),
  });
}

/** Sets what an application or service principal signs in with, and tells the audit log that it was done. */
export function commitCredentials(call: Call, kind: AppKind, entity: Entity, props: Props): void {
  call.core.commit([{ op: 'set', id: entity.id, props }], {
    actor: call.actor,
    correlationId: call.ids.clientRequestId,
    notes: [
      {
        activity: `Update ${nouns[kind]} – Certificates and secrets management`,
        operation: 'Update',
        targets: [target(entity)],
      },
    ],
  });
}

/**
 * An application may lock the secrets of its service principals (app instance property lock).
 * @throws GraphError 400 in the words on record (Azure/azure-cli issue 28734)
 */
function refuseLocked(call: Call, principal: Entity): void {
  const application = call.state.byAppId('application', String(principal.props['appId']));
  const lock = (application?.props['servicePrincipalLockConfiguration'] ?? {}) as Props;
  if (
    lock['isEnabled'] === true &&
    (lock['allProperties'] === true || lock['credentialsWithUsageVerify'] === true)
  )
    throw new GraphError(
      400,
      'CannotUpdateLockedServicePrincipalProperty',
      'Property passwordCredentials is invalid.',
    );
}

/** FACTS §5, §16.12: the secret stands in this answer only; what is kept knows it again when it signs the application in. */
function addPassword(kind: AppKind): Route['handle'] {
  return (call) => {
    const entity = liveByKey(call, kind, call.param('id'));
    if (kind === 'servicePrincipal') refuseLocked(call, entity);
    const asked = call.members(['passwordCredential'])['passwordCredential'] ?? {};
    if (misfit('passwordCredential', asked)) throw malformed('The passwordCredential is not valid.');
    if ((asked as Props)['secretText'])
      throw badRequest("Property 'secretText' is read-only and cannot be set; the service makes it.");
    const { credential, secret } = newPassword(asked as Props, {
      now: call.now,
      newId: () => call.core.newId(),
    });
    const credentials = [...((entity.props['passwordCredentials'] ?? []) as Props[]), credential];
    refuseTooLarge({ ...entity.props, passwordCredentials: credentials });
    commit(call, kind, entity, credentials, new Map([[String(credential['keyId']), secret]]));
    return acted({
      '@odata.context': call.context('microsoft.graph.passwordCredential'),
      ...credential,
      secretText: secret,
    });
  };
}

function removePassword(kind: AppKind): Route['handle'] {
  return (call) => {
    const entity = liveByKey(call, kind, call.param('id'));
    if (kind === 'servicePrincipal') refuseLocked(call, entity);
    const { keyId } = call.members(['keyId']);
    const had = (entity.props['passwordCredentials'] ?? []) as Props[];
    const left = had.filter((credential) => credential['keyId'] !== keyId);
    if (left.length === had.length) throw badRequest('No password credential found with keyId.');
    commit(call, kind, entity, left);
    return noContent;
  };
}

const write = ['Application.ReadWrite.All'];

export const appCredentialRoutes: readonly Route[] = (
  [
    ['application', '/applications/{id}'],
    ['servicePrincipal', '/servicePrincipals/{id}'],
  ] as const
).flatMap(([kind, pattern]): Route[] => [
  { method: 'POST', pattern: `${pattern}/addPassword`, permissions: write, handle: addPassword(kind) },
  { method: 'POST', pattern: `${pattern}/removePassword`, permissions: write, handle: removePassword(kind) },
]);
