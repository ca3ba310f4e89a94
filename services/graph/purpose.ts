import type { LinkSpec, ObjectTypeSpec, TypePermissions } from '../catalog/spec.js';
import type { Purpose } from './answer.js';

/** What a call is for and the least permission that allows it, from the catalogue, for the texts of GRAPH_DENIED. */
const least = (alternatives: TypePermissions['read']): string =>
  alternatives.map(([permission]) => permission ?? '').join(' and ');

export const reading = (type: ObjectTypeSpec): Purpose => ({
  what: `read ${type.plural}`,
  permission: least(type.permissions.read),
});

export const readingLinks = (link: LinkSpec): Purpose => ({
  what: `read ${link.label}s`,
  permission: least(link.permissions.read.slice(0, 1)),
});

export const changingLinks = (link: LinkSpec): Purpose => ({
  what: `change ${link.label}s`,
  permission: least(link.permissions.restore),
});
