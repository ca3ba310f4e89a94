import type { PropertyDef } from '../schema/property.js';
import { mixedSelection, render, renderTyped } from '../schema/render.js';
import { typeOf } from '../schema/types.js';
import type { Entity, JsonValue, Kind, Props } from '../state/types.js';

/**
 * Objects of lists as values, for the judge of answers: made once, until they change, so that what was found good is not judged
 * again. Nobody else needs them, as pages are written without (written-page.ts).
 */
type Item = { readonly [key: string]: JsonValue };

/** An object of an answer that never changes any more; the class is its mark, and costs a large tenant no table of them. */
class RenderedItem {
  /** What it was found good as. */
  #goodAs: string | undefined;

  static isGood(body: object, as: string): boolean {
    return #goodAs in body && body.#goodAs === as;
  }

  static noteGood(body: object, as: string): void {
    if (#goodAs in body) body.#goodAs = as;
  }
}

export const { isGood, noteGood } = RenderedItem;

const emptyItem = (): { [key: string]: JsonValue } => new RenderedItem() as unknown as Props;

/** Each object remembers its last shape only. */
interface Slot {
  readonly item: Item;
  readonly defs: readonly PropertyDef[];
  readonly props: Props;
  readonly deletedAt: number | null;
  /** The object with what was last expanded of it, which seldom changes. */
  extended: { readonly more: Item; readonly both: Item } | undefined;
}

/**
 * What is remembered is kept on the object itself, as a weak table of so many is dear to collect. Lists of mixed types (members,
 * owners) show another shape than lists of one type; both are asked for in turns.
 */
type Place = 'shown' | 'shownMixed';
type Remembering = Entity & { [place in Place]?: Slot };

/** One array for each shape, so that a slot knows its shape by identity. */
const shapes = new Map<string, readonly PropertyDef[]>();
const shapesKept = 200;

function shapeOf(defs: readonly PropertyDef[], kind: Kind): readonly PropertyDef[] {
  const key = `${kind}:${defs.map(({ name }) => name).join(',')}`;
  const known = shapes.get(key);
  if (known) return known;
  if (shapes.size >= shapesKept) shapes.clear();
  shapes.set(key, defs);
  return defs;
}

/**
 * As `render`, for many objects of one kind.
 * @param more  what is expanded of an object: the same values as long as they do not change
 */
export function itemRenderer(
  kind: Kind,
  selected: readonly PropertyDef[],
  more?: (entity: Entity) => Item,
): (entity: Entity) => Item {
  const defs = shapeOf(selected, kind);
  return (entity) => {
    const slot =
      remembered('shown', entity, defs) ?? remember('shown', entity, defs, render(entity, defs, emptyItem()));
    return more ? extended(slot, more(entity)) : slot.item;
  };
}

/** As `renderMixed`, for many objects of one answer. */
export function mixedRenderer(select: readonly string[] | null): (entity: Entity) => Item {
  const shapesOfKinds = new Map<Kind, readonly PropertyDef[]>();
  return (entity) => {
    let defs = shapesOfKinds.get(entity.kind);
    if (defs === undefined) {
      defs = shapeOf(mixedSelection(typeOf(entity.kind), select), entity.kind);
      shapesOfKinds.set(entity.kind, defs);
    }
    const slot =
      remembered('shownMixed', entity, defs) ??
      remember('shownMixed', entity, defs, renderTyped(entity, defs, emptyItem()));
    return slot.item;
  };
}

function remembered(place: Place, entity: Entity, defs: readonly PropertyDef[]): Slot | undefined {
  const slot = (entity as Remembering)[place];
  return slot !== undefined &&
    slot.defs === defs &&
    slot.props === entity.props &&
    slot.deletedAt === entity.deletedAt
    ? slot
    : undefined;
}

function remember(place: Place, entity: Entity, defs: readonly PropertyDef[], item: Item): Slot {
  const { props, deletedAt } = entity;
  const slot: Slot = { item, defs, props, deletedAt, extended: undefined };
  (entity as Remembering)[place] = slot;
  return slot;
}

function extended(slot: Slot, more: Item): Item {
  const names = Object.keys(more);
  if (names.length === 0) return slot.item;
  if (slot.extended !== undefined && isSame(slot.extended.more, more, names)) return slot.extended.both;
  const both: Item = Object.assign(emptyItem(), slot.item, more);
  slot.extended = { more, both };
  return both;
}

/** What is expanded is remembered too, so that identity tells whether it changed. */
function isSame(before: Item, now: Item, names: readonly string[]): boolean {
  if (Object.keys(before).length !== names.length) return false;
  return names.every((name) => {
    const [was, is] = [before[name], now[name]];
    if (!Array.isArray(was) || !Array.isArray(is)) return was === is;
    return was.length === is.length && was.every((one, i) => one === is[i]);
  });
}
