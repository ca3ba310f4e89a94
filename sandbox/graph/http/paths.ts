/** What stands elsewhere under /beta: units at the top (hamilton), settings under the names of v1.0's past, one policy in a list. */
const ofBeta: readonly (readonly [path: RegExp, canonical: string])[] = [
  [/^\/beta\/administrativeUnits(?=\/|\(|$)/i, '/beta/directory/administrativeUnits'],
  [/^\/beta\/settings(?=\/|\(|$)/i, '/beta/groupSettings'],
  [/^\/beta\/directorySettingTemplates(?=\/|\(|$)/i, '/beta/groupSettingTemplates'],
  [/^\/beta\/policies\/authorizationPolicy\/authorizationPolicy$/i, '/beta/policies/authorizationPolicy'],
];

/**
 * Other spellings of a path that Graph takes: the tenant after the version, by id or as `myorganization` (hamilton); casts and
 * actions by the schema's alias, `graph.user` for `microsoft.graph.user` (Microsoft's generated clients); what /beta has elsewhere.
 * @param path  with version, percent-encoded
 */
export function canonicalPath(path: string, tenantId: string): string {
  const [, version, first] = path.split('/', 3);
  const named = first?.toLowerCase() === tenantId || first === 'myorganization';
  const bare = named ? path.replace(`/${version}/${first}`, `/${version}`) : path;
  return ofBeta.reduce(
    (rewritten, [form, canonical]) => rewritten.replace(form, canonical),
    bare.replace(/\/graph\.(?=[a-z])/gi, '/microsoft.graph.'),
  );
}
