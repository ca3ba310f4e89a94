import { typeOf } from '../schema/types.js';
import type { JsonValue, Kind } from '../state/types.js';

/**
 * Names of properties are read in any case and answered in the schema's (Microsoft's page on navigating Graph: names of
 * properties "are not case-sensitive"): `$select=Id` and `mailNickName` (CLI for Microsoft 365), `startsWith(DisplayName, 'a')`
 * and `"DisplayName:Conf"` (Microsoft's pages for PowerShell, which sends what is typed). Below /directoryObjects they are
 * not (microsoft-graph-explorer-v4 issue 2111). What is spelt otherwise than described stays a violation.
 */
const sets = new Set([
  'users',
  'groups',
  'applications',
  'serviceprincipals',
  'devices',
  'contacts',
  'directory',
]);

const kinds: readonly Kind[] = [
  'user',
  'group',
  'application',
  'servicePrincipal',
  'device',
  'orgContact',
  'administrativeUnit',
];

const navigations = [
  'appRoleAssignedTo',
  'appRoleAssignments',
  'createdObjects',
  'directReports',
  'extensions',
  'manager',
  'memberOf',
  'members',
  'ownedDevices',
  'ownedObjects',
  'owners',
  'registeredDevices',
  'registeredOwners',
  'registeredUsers',
  'transitiveMemberOf',
  'transitiveMembers',
];

/** Every name by its lower case. */
const spelling = new Map(
  [...kinds.flatMap((kind) => [...typeOf(kind).properties.keys()]), ...navigations].map((name) => [
    name.toLowerCase(),
    name,
  ]),
);

const spelt = (name: string): string => spelling.get(name.toLowerCase()) ?? name;

/** What stands in quotes is a value, but for the name that a clause of $search begins with. */
const respell: Readonly<Record<string, (value: string) => string>> = {
  $select: speltNames,
  $filter: speltNames,
  $orderby: speltNames,
  $expand: speltNames,
  $search: (value) => value.replace(/"(\w+):/g, (_clause, name: string) => `"${spelt(name)}:`),
};

function speltNames(value: string): string {
  return value.replace(/'(?:[^']|'')*'|[A-Za-z]\w*/g, (part) => (part.startsWith("'") ? part : spelt(part)));
}

/** @param segments  of the path, below the version */
export function readsAnyCase(segments: readonly string[]): boolean {
  return sets.has(segments[0]?.replace(/\(.*/, '').toLowerCase() ?? '');
}

/** The query with names as the schema spells them; the same object where they are already. */
export function speltQuery(search: URLSearchParams): URLSearchParams {
  let out = search;
  for (const [option, value] of search) {
    const lower = option.toLowerCase();
    const next = (respell[lower.startsWith('$') ? lower : `$${lower}`] ?? String)(value);
    if (next === value) continue;
    if (out === search) out = new URLSearchParams(search);
    out.set(option, next);
  }
  return out;
}

/** The body with names of properties as the schema spells them; the same value where they are already. */
export function speltBody(body: JsonValue | undefined): JsonValue | undefined {
  if (body === undefined || body === null || typeof body !== 'object' || Array.isArray(body)) return body;
  if (Object.keys(body).every((name) => spelt(name) === name)) return body;
  return Object.fromEntries(Object.entries(body).map(([name, value]) => [spelt(name), value]));
}
