import { isIP } from 'node:net';
import { malformed } from '../http/errors.js';
import type { TenantState } from '../state/tenant-state.js';
import type { Entity, JsonValue, Props } from '../state/types.js';

/**
 * What the types alone do not say of Conditional Access policies and named locations (FACTS §6). The refusals are numbered, as the
 * service's are; the numbers but 1007 and 1040 are guesses.
 */

function at(value: JsonValue | undefined, path: readonly string[]): JsonValue | undefined {
  return path.reduce<JsonValue | undefined>(
    (inner, step) => (inner && typeof inner === 'object' && !Array.isArray(inner) ? inner[step] : undefined),
    value,
  );
}

const listAt = (value: JsonValue | undefined, ...path: string[]): string[] => {
  const found = at(value, path);
  return Array.isArray(found) ? found.map(String) : [];
};

/** A list of references: where, what a refusal calls them, what may stand there besides an id, and what there is. */
interface Reference {
  readonly path: readonly [string, string];
  readonly what: string;
  readonly words?: readonly string[];
  readonly known: (state: TenantState, id: string) => boolean;
}

const is =
  (kind: Entity['kind']): Reference['known'] =>
  (state, id) =>
    state.get(id, kind) !== undefined;
const isApp: Reference['known'] = (state, id) => state.byAppId('servicePrincipal', id) !== undefined;

/** MFA's own trusted addresses, which are no named location. */
const trustedByMfa = '00000000-0000-0000-0000-000000000000';
const suites = ['Office365', 'MicrosoftAdminPortals'];

const references: readonly Reference[] = [
  {
    path: ['users', 'includeUsers'],
    what: 'user',
    words: ['All', 'None', 'GuestsOrExternalUsers'],
    known: is('user'),
  },
  { path: ['users', 'excludeUsers'], what: 'user', words: ['GuestsOrExternalUsers'], known: is('user') },
  ...(['includeGroups', 'excludeGroups'] as const).map((name): Reference => ({
    path: ['users', name],
    what: 'group',
    known: is('group'),
  })),
  ...(['includeRoles', 'excludeRoles'] as const).map((name): Reference => ({
    path: ['users', name],
    what: 'role',
    known: is('roleDefinition'),
  })),
  {
    path: ['applications', 'includeApplications'],
    what: 'application',
    words: ['All', 'None', ...suites],
    known: isApp,
  },
  { path: ['applications', 'excludeApplications'], what: 'application', words: suites, known: isApp },
  {
    path: ['applications', 'includeAuthenticationContextClassReferences'],
    what: 'authentication context',
    known: is('authenticationContextClassReference'),
  },
  {
    path: ['applications', 'includeUserActions'],
    what: 'user action',
    words: ['urn:user:registersecurityinfo', 'urn:user:registerdevice'],
    known: () => false,
  },
  {
    path: ['clientApplications', 'includeServicePrincipals'],
    what: 'service principal',
    words: ['ServicePrincipalsInMyTenant'],
    known: is('servicePrincipal'),
  },
  {
    path: ['clientApplications', 'excludeServicePrincipals'],
    what: 'service principal',
    known: is('servicePrincipal'),
  },
  ...(['includeLocations', 'excludeLocations'] as const).map((name): Reference => ({
    path: ['locations', name],
    what: 'named location',
    words: ['All', 'AllTrusted', trustedByMfa],
    known: is('namedLocation'),
  })),
];

/** Of locations as on record (hashicorp/terraform-provider-azuread pull request 1703); of all else FACTS §6 has the beginning. */
const absent = (what: string, id: string) =>
  malformed(
    what === 'named location'
      ? `1040: NamedLocation with id ${id} does not exist in the directory.`
      : `1040: Policy contains ${/^[ao]/.test(what) ? 'an' : 'a'} ${what} that does not exist: ${id}.`,
  );

/** Everything that the conditions name must be there; applications by appId. @throws GraphError 400 */
export function refuseUnknownReferences(state: TenantState, conditions: JsonValue): void {
  for (const { path, what, words, known } of references)
    for (const id of listAt(conditions, ...path))
      if (!words?.includes(id) && !known(state, id)) throw absent(what, id);
}

/** Named locations that are not there: what a policy out of the bin would otherwise hang on. @throws GraphError 400 */
export function refuseLostLocations(state: TenantState, policy: Entity): void {
  for (const { path, what, words, known } of references)
    if (path[0] === 'locations')
      for (const id of listAt(policy.props['conditions'], ...path))
        if (!words?.includes(id) && !known(state, id)) throw absent(what, id);
}

/** The authentication strength by id; the sandbox has no terms of use that could be named. @throws GraphError 400 */
export function refuseUnknownControls(state: TenantState, controls: JsonValue | undefined): void {
  const strength = at(controls, ['authenticationStrength', 'id']);
  if (
    at(controls, ['authenticationStrength']) &&
    !state.get(String(strength), 'authenticationStrengthPolicy')
  )
    throw absent('authentication strength', String(strength));
  const [terms] = listAt(controls, 'termsOfUse');
  if (terms !== undefined) throw absent('terms of use', terms);
}

const some = (conditions: JsonValue, part: string, names: readonly string[]): boolean =>
  names.some((name) => listAt(conditions, part, name).length > 0 || isObject(at(conditions, [part, name])));

const isObject = (value: JsonValue | undefined): boolean =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

/** Whom, what and which clients a policy is for, and what it then asks. @throws GraphError 400 */
export function refuseIncomplete(policy: Props): void {
  const conditions = policy['conditions'] ?? null;
  const apps = ['includeApplications', 'includeUserActions', 'includeAuthenticationContextClassReferences'];
  const users = ['includeUsers', 'includeGroups', 'includeRoles', 'includeGuestsOrExternalUsers'];
  if (!some(conditions, 'applications', apps))
    throw malformed('1011: A policy needs the applications, user actions or contexts that it is for.');
  if (
    !some(conditions, 'users', users) &&
    !some(conditions, 'clientApplications', ['includeServicePrincipals'])
  )
    throw malformed('1012: A policy needs the users or service principals that it is for.');
  if (listAt(conditions, 'clientAppTypes').length === 0)
    throw malformed('1013: A policy needs the clientAppTypes that it is for.');
  if (!policy['grantControls'] && !policy['sessionControls'])
    throw malformed('1079: A policy needs grantControls or sessionControls.');
}

const membersOf: Readonly<Record<string, readonly string[]>> = {
  ipNamedLocation: ['isTrusted', 'ipRanges'],
  countryNamedLocation: ['countriesAndRegions', 'includeUnknownCountriesAndRegions', 'countryLookupMethod'],
};
const common = ['displayName', 'id'];

const longest: Readonly<Record<string, readonly [family: number, bits: number]>> = {
  '#microsoft.graph.iPv4CidrRange': [4, 32],
  '#microsoft.graph.iPv6CidrRange': [6, 128],
};

/** "192.0.2.0/24" in the family that its type says. */
function isCidr(range: Props): boolean {
  const [family, bits] = longest[String(range['@odata.type'])] ?? [0, 0];
  const [, address = '', length = ''] = /^([^/]+)\/(\d{1,3})$/.exec(String(range['cidrAddress'])) ?? [];
  return family !== 0 && isIP(address) === family && Number(length) <= bits;
}

/**
 * The type that a location's body names, which every write must; it does not change.
 * @throws GraphError 400, also for what belongs to the other type and for ranges and countries that are none
 */
export function locationType(body: Props, before: Entity | null): string {
  const odataType = String(body['@odata.type']);
  const name = odataType.replace('#microsoft.graph.', '');
  const members = membersOf[name];
  if (!members || (before && before.props['@odata.type'] !== odataType))
    throw malformed(
      '1007: Incoming ConditionalAccessPolicy object is null or does not match the schema: @odata.type is required.',
    );
  for (const key of Object.keys(body))
    if (!key.includes('@odata.') && ![...members, ...common].includes(key))
      throw malformed(
        `The property '${key}' does not exist on type 'microsoft.graph.${name}'. Make sure to only use property names that are defined by the type.`,
      );
  const { ipRanges, countriesAndRegions } = body;
  const needed = name === 'ipNamedLocation' ? ipRanges : countriesAndRegions;
  if (before ? needed !== undefined && !isFilled(needed) : !isFilled(needed))
    throw malformed('1087: A named location needs ranges or countries.');
  if (Array.isArray(ipRanges) && !(ipRanges as Props[]).every(isCidr))
    throw malformed('1088: A range of a named location is not valid.');
  if (
    Array.isArray(countriesAndRegions) &&
    !countriesAndRegions.every((code) => /^[A-Z]{2}$/.test(String(code)))
  )
    throw malformed('1089: A country of a named location is not valid.');
  return odataType;
}

const isFilled = (value: JsonValue | undefined): boolean => Array.isArray(value) && value.length > 0;

/** @throws GraphError 400 for a location that is trusted, or that a live policy names */
export function refuseRemoval(state: TenantState, location: Entity): void {
  if (location.props['isTrusted'] === true)
    throw malformed('1099: A trusted named location cannot be deleted; mark it as not trusted first.');
  const names = ({ props }: Entity): boolean =>
    ['includeLocations', 'excludeLocations'].some((list) =>
      listAt(props['conditions'], 'locations', list).includes(location.id),
    );
  if (state.liveOf('conditionalAccessPolicy').all().some(names))
    throw malformed('1100: The named location is used by a policy and cannot be deleted.');
}
