import { randomInt } from 'node:crypto';
import type { Answer, Call } from '../http/call.js';
import { badRequest, malformed } from '../http/errors.js';
import { groupsAbove } from '../rules/roles.js';
import { render } from '../schema/render.js';
import type { Entity, JsonValue, Props } from '../state/types.js';
import { refuseAdministrator, storedMethods, userOf, writeMethod } from './stored-methods.js';

/** Temporary Access Passes (FACTS §8): one a user, as the tenant's policy says, told once. */
export const tapType = '#microsoft.graph.temporaryAccessPassAuthenticationMethod';

export function usability(call: Call, pass: Entity): { [key: string]: JsonValue } {
  const start = Date.parse(String(pass.props['startDateTime']));
  const end = start + Number(pass.props['lifetimeInMinutes']) * 60_000;
  const owner = call.state.get(String(pass.props['~user']));
  const reason =
    call.now >= end
      ? 'Expired'
      : call.now < start
        ? 'NotYetValid'
        : owner && mayUsePass(call, owner)
          ? 'EnabledByPolicy'
          : 'DisabledByPolicy';
  return { isUsable: reason === 'EnabledByPolicy', methodUsabilityReason: reason, temporaryAccessPass: null };
}

function passConfiguration(call: Call): Props {
  return call.state.get('TemporaryAccessPass')?.props ?? {};
}

/** Included by the policy, as everybody or through a group, and not excluded. */
function mayUsePass(call: Call, owner: Entity): boolean {
  const policy = passConfiguration(call);
  if (policy['state'] !== 'enabled') return false;
  const groups = groupsAbove(call.state, owner.id);
  const named = (targets: JsonValue | undefined): boolean =>
    Array.isArray(targets) &&
    targets.some((item) => {
      const id = String((item as Props)['id']);
      return id === 'all_users' || groups.has(id) || id === owner.id;
    });
  return named(policy['includeTargets']) && !named(policy['excludeTargets']);
}

export function createPass(call: Call): Answer {
  const owner = userOf(call);
  refuseAdministrator(call, owner);
  const body = call.members(['lifetimeInMinutes', 'isUsableOnce', 'startDateTime']);
  const policy = passConfiguration(call);
  if (owner.props['userType'] === 'Guest')
    throw badRequest('Temporary Access Pass cannot be added to an external guest user.');
  if (policy['state'] !== 'enabled')
    // glueckkanja/MyWorkID issue 47 (2025-01-23).
    throw badRequest(
      'Converged UserCredentialPolicy does not allow creating or updating this authentication method. AuthMethodType [TemporaryAccessPass].',
    );
  const lifetime = body['lifetimeInMinutes'] ?? policy['defaultLifetimeInMinutes'] ?? 60;
  const least = Math.max(10, Number(policy['minimumLifetimeInMinutes'] ?? 10));
  const most = Math.min(43_200, Number(policy['maximumLifetimeInMinutes'] ?? 43_200));
  if (typeof lifetime !== 'number' || !Number.isInteger(lifetime) || lifetime < least || lifetime > most)
    throw badRequest(`The value of lifetimeInMinutes must be between ${least} and ${most}.`);
  const once = body['isUsableOnce'] ?? policy['isUsableOnce'] ?? false;
  if (typeof once !== 'boolean') throw malformed("The parameter 'isUsableOnce' is a Boolean.");
  if (policy['isUsableOnce'] === true && !once)
    throw badRequest('The policy of the tenant allows one-time passes only.');
  if (storedMethods(call, owner).some((method) => method.props['@odata.type'] === tapType))
    throw badRequest('A Temporary Access Pass already exists for the user.');
  const start = body['startDateTime'] ?? new Date(call.now).toISOString();
  const props: Props = {
    '@odata.type': tapType,
    '~user': owner.id,
    createdDateTime: new Date(call.now).toISOString(),
    startDateTime: start,
    lifetimeInMinutes: lifetime,
    isUsableOnce: once,
  };
  const id = `${owner.id}/${call.core.newId()}`;
  writeMethod(
    call,
    owner,
    { op: 'create', kind: 'authenticationMethod', id, props },
    'User registered security info',
  );
  const pass = call.state.find(id) as Entity;
  const { '@odata.type': _type, ...item } = render(pass, []);
  return {
    status: 201,
    body: {
      '@odata.context': call.context(
        `users('${owner.id}')/authentication/temporaryAccessPassMethods/$entity`,
      ),
      ...item,
      id: id.split('/').at(-1) ?? '',
      ...usability(call, pass),
      // The value stands in this answer only and is kept nowhere.
      temporaryAccessPass: passValue(Number(policy['defaultLength'] ?? 8)),
    },
  };
}

const passAlphabet = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghjkmnpqrstuvwxyz23456789+@$%&*';

function passValue(length: number): string {
  return Array.from({ length }, () => passAlphabet[randomInt(passAlphabet.length)]).join('');
}
