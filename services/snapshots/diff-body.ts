import { shownValue } from '../catalog/rules.js';
import type { ObjectTypeSpec } from '../catalog/spec.js';
import type { Properties } from '../model/directory.js';
import type { JsonValue } from '../model/json.js';
import { sameValue } from '../restore/compare.js';

export interface PropertyDifference {
  readonly name: string;
  readonly label: string;
  /** To be shown. undefined = not known at that time: neither a value nor empty (ANCHORS A2). */
  readonly before: JsonValue | undefined;
  readonly after: JsonValue | undefined;
  readonly same: boolean;
}

/**
 * Property by property, in the catalogue's order. Values that move by themselves are left out, unknown against unknown too; a value
 * that is unknown at one of the times is shown, but is no difference.
 */
export function diffBodies(
  spec: ObjectTypeSpec,
  before: Properties | null,
  after: Properties | null,
): readonly PropertyDifference[] {
  return Object.entries(spec.properties).flatMap(([name, rule]) => {
    const [a, b] = [before?.[name], after?.[name]];
    if (rule.volatile || (a === undefined && b === undefined)) return [];
    const same = a === undefined || b === undefined || sameValue(rule, a, b);
    return [
      {
        name,
        label: rule.label,
        before: shownValue(rule, name, before),
        after: shownValue(rule, name, after),
        same,
      },
    ];
  });
}
