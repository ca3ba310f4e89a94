/**
 * Other spellings of a path that Graph takes: the tenant after the version, by id or as `myorganization`, and under /beta the
 * administrative units at the top, where v1.0 has them below `directory` (both: hamilton); casts and actions by the schema's
 * alias, `graph.user` for `microsoft.graph.user` (Microsoft's generated clients).
 * @param path  with version, percent-encoded
 */
export function canonicalPath(path: string, tenantId: string): string {
  const [, version, first] = path.split('/', 3);
  const named = first?.toLowerCase() === tenantId || first === 'myorganization';
  const bare = named ? path.replace(`/${version}/${first}`, `/${version}`) : path;
  return bare
    .replace(/\/graph\.(?=[a-z])/gi, '/microsoft.graph.')
    .replace(/^\/beta\/administrativeUnits(?=\/|\(|$)/i, '/beta/directory/administrativeUnits');
}
