import { RewindError } from '../model/errors.js';
import type { JsonValue } from '../model/json.js';
import type { Properties } from '../model/directory.js';
import type { Catalog, CatalogAspect, LinkSpec, ObjectTypeSpec } from './spec.js';
import { group } from './group.js';
import { manager, member, owner } from './links.js';
import { user } from './user.js';

/** Builds a registry over types and links; the product has one (`catalog`), tests may make their own. */
export function createCatalog(types: readonly ObjectTypeSpec[], links: readonly LinkSpec[]): Catalog {
  const typeByName = new Map(types.map((type) => [type.name, type]));
  const typeByOdata = new Map(types.map((type) => [bare(type.graph.odataType), type]));
  const linkByKind = new Map(links.map((link) => [link.kind, link]));
  const emptyBodies = new Map(types.map((type) => [type.name, emptyBodyOf(type)]));

  const mustHave = <T>(entries: ReadonlyMap<string, T>, name: string, what: string): T => {
    const entry = entries.get(name);
    if (entry === undefined)
      throw new RewindError(
        'INTERNAL',
        {},
        { message: `INTERNAL: the catalogue has no ${what} named "${name}"` },
      );
    return entry;
  };

  return {
    types,
    links,
    type: (name) => mustHave(typeByName, name, 'type'),
    find: (name) => typeByName.get(name),
    typeOfOdata: (odataType) => typeByOdata.get(bare(odataType)),
    link: (kind) => mustHave(linkByKind, kind, 'link'),
    linksFromSource: (type) => links.filter((link) => link.sourceType === type),
    linksToTarget: (type) => links.filter((link) => link.targetTypes.includes(type)),
    aspectsOf: (type) => links.flatMap((link) => aspectsAt(link, type)),
    emptyBody: (type) => mustHave(emptyBodies, type, 'type'),
  };
}

const bare = (odataType: string): string => odataType.replace(/^#/, '').toLowerCase();

function aspectsAt(link: LinkSpec, type: string): readonly CatalogAspect[] {
  const aspects: CatalogAspect[] = [];
  if (link.atTarget && link.targetTypes.includes(type))
    aspects.push({
      name: link.atTarget.aspect,
      label: link.atTarget.label,
      kind: link.kind,
      end: 'target',
    });
  if (link.atSource && link.sourceType === type)
    aspects.push({
      name: link.atSource.aspect,
      label: link.atSource.label,
      kind: link.kind,
      end: 'source',
    });
  return aspects;
}

function emptyBodyOf(type: ObjectTypeSpec): Properties {
  return Object.fromEntries(
    type.graph.select.map((name) => {
      const rule = type.properties[name];
      const empty: JsonValue = rule?.compare === 'set' ? [] : null;
      return [name, rule?.normal ? rule.normal(empty) : empty];
    }),
  );
}

/** The product's catalogue: one line per type and kind of link. */
export const catalog: Catalog = createCatalog([user, group], [member, owner, manager]);
