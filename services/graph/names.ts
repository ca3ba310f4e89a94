/** Words of OData and of URLs: everything that comes from outside passes here before it stands in a path. */

const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export const isGuid = (text: string): boolean => GUID.test(text);

/** A literal of $filter: quotes doubled, not yet encoded. */
export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** A path segment. Ids are GUIDs; anything else (a UPN) is encoded whole. */
export const segment = (text: string): string => encodeURIComponent(text);

/**
 * A key of a collection: '/users/ada%40contoso.example'; in parentheses where the plain form would be misread
 * (a leading $, an apostrophe), which Graph takes for GET, PATCH, DELETE and actions (FACTS §18).
 */
export const keyed = (collection: string, key: string): string =>
  /^\$|'/.test(key)
    ? `${collection}(${encodeURIComponent(literal(key)).replaceAll("'", '%27')})`
    : `${collection}/${segment(key)}`;

/** '?$select=…&$top=…': names as they are, values encoded. Order is kept, undefined left out. */
export function query(options: Readonly<Record<string, string | number | undefined>>): string {
  const parts = Object.entries(options)
    .filter(([, value]) => value !== undefined)
    .map(
      ([name, value]) =>
        `${name}=${encodeURIComponent(String(value)).replaceAll('%2C', ',').replaceAll('%24', '$')}`,
    );
  return parts.length > 0 ? `?${parts.join('&')}` : '';
}

/** A phrase of $search: in quotes, which are escaped inside. */
export const searchPhrase = (property: string, text: string): string =>
  `"${property}:${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
