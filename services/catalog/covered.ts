import type { Catalog, LinkSpec, ObjectTypeSpec, PropertyRule } from './spec.js';

/** "What is covered" (SPEC B9) as data; the command turns it into a card or text. */
export interface CoveredType {
  readonly name: string;
  readonly label: string;
  readonly plural: string;
  readonly recycleBin: boolean;
  /** Labels of the properties, alphabetical. Together they are all that is backed up. */
  readonly restored: readonly string[];
  /** Set when the object is made anew, and not changed on a living one. */
  readonly restoredAtCreate: readonly { readonly label: string; readonly because?: string }[];
  /** Shown and compared, never written. */
  readonly shownOnly: readonly { readonly label: string; readonly because: string }[];
  /** Kept as evidence only: belongs to the one object or moves by itself. */
  readonly keptOnly: readonly string[];
  readonly relationships: readonly CoveredLink[];
  readonly neverRestored: readonly string[];
}

export interface CoveredLink {
  readonly kind: string;
  /** The word that asks for it: "with memberships". */
  readonly aspect: string;
  readonly label: string;
  /** Whether an undelete brings it back by itself; otherwise it is read back and added. */
  readonly comesBackWithUndelete: boolean;
}

export function whatIsCovered(catalog: Catalog): readonly CoveredType[] {
  return catalog.types.map((type) => ({
    name: type.name,
    label: type.label,
    plural: type.plural,
    recycleBin: type.graph.deletedCast !== null,
    restored: labels(type, ({ write, volatile }) => (write === 'yes' || write === 'own') && !volatile),
    restoredAtCreate: rules(type, ({ write }) => write === 'create').map(({ label, because }) => ({
      label,
      ...(because ? { because } : {}),
    })),
    shownOnly: rules(type, ({ write, volatile }) => write === 'never' && !volatile).map(
      ({ label, because }) => ({ label, because: because ?? 'read-only' }),
    ),
    keptOnly: labels(type, ({ volatile }) => volatile === true),
    relationships: catalog
      .aspectsOf(type.name)
      .map(({ name, label, kind }) => coveredLink(catalog.link(kind), name, label)),
    neverRestored: type.neverRestored,
  }));
}

const coveredLink = (link: LinkSpec, aspect: string, label: string): CoveredLink => ({
  kind: link.kind,
  aspect,
  label,
  comesBackWithUndelete: link.undelete === 'comesBack',
});

const rules = (type: ObjectTypeSpec, wanted: (rule: PropertyRule) => boolean): readonly PropertyRule[] =>
  Object.values(type.properties)
    .filter(wanted)
    .toSorted((a, b) => a.label.localeCompare(b.label, 'en'));

const labels = (type: ObjectTypeSpec, wanted: (rule: PropertyRule) => boolean): readonly string[] =>
  rules(type, wanted).map(({ label }) => label);
