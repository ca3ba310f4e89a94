/**
 * What Microsoft's whole description has below every list of links, and the slice only here and there: casts, the number of a cast, one
 * object of the list, and that object as its type. Microsoft's PowerShell is generated from these (`Get-MgGroupMemberAsUser
 * -DirectoryObjectId …`, `Get-MgUserMemberOfAsGroup`, `Get-MgDirectoryDeletedItemAsUser`).
 */
import type { OpenApiDocument, OpenApiOperation } from './files.js';

type Paths = OpenApiDocument['paths'];

const principals = ['user', 'group', 'device', 'servicePrincipal', 'application', 'orgContact'];
const binned = ['user', 'group', 'application', 'servicePrincipal', 'administrativeUnit', 'device'];
const bin = '/directory/deletedItems';
/** The types that may be in a list, by how its path ends. */
const lists: readonly (readonly [path: RegExp, types: readonly string[]])[] = [
  [/^\/(groups|directory)\/.*\/(members|owners|transitiveMembers)$/, principals],
  [/\/(memberOf|transitiveMemberOf)$/, ['group', 'directoryRole', 'administrativeUnit']],
  [/\/ownedObjects$/, ['application', 'group', 'servicePrincipal']],
  [/^\/directory\/deletedItems$/, binned],
];

export interface OperationMakers {
  readonly collection: (type: string) => OpenApiOperation;
  readonly entity: (type: string) => OpenApiOperation;
}

/** @param paths  as described; what stands there already stays as it is */
export function linkForms(paths: Paths, { collection, entity }: OperationMakers): Paths {
  const count = paths['/groups/{group-id}/members/$count'];
  const forms: Record<string, Paths[string]> = {};
  for (const path of Object.keys(paths)) {
    const types = lists.find(([pattern]) => pattern.test(path))?.[1] ?? [];
    for (const type of types) {
      const cast = `${path}/microsoft.graph.${type}`;
      forms[cast] = { get: collection(type) };
      if (count !== undefined) forms[`${cast}/$count`] = count;
      forms[`${path}/{directoryObject-id}/microsoft.graph.${type}`] = { get: entity(type) };
    }
    for (const type of path === bin ? types : []) {
      const one = `${path}/microsoft.graph.${type}/{directoryObject-id}`;
      forms[one] = { get: entity(type), delete: paths[`${bin}/{directoryObject-id}`]?.['delete'] };
      forms[`${one}/microsoft.graph.restore`] =
        paths[`${bin}/{directoryObject-id}/microsoft.graph.restore`] ?? {};
    }
    // A member or owner of a group is had as its type alone (the reference page of units has it plain).
    if (types.length > 0 && !/^\/groups\/\{group-id\}\/(members|owners)$/.test(path))
      forms[`${path}/{directoryObject-id}`] = { get: entity('directoryObject') };
  }
  return Object.fromEntries(Object.entries(forms).filter(([path]) => paths[path] === undefined));
}
