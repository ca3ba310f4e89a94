import type { PropertyDef } from '../schema/property.js';
import { mixedSelection, render, renderTyped } from '../schema/render.js';
import { typeOf } from '../schema/types.js';
import type { Entity, JsonValue, Kind, Props } from '../state/types.js';

type Item = { readonly [key: string]: JsonValue };

/** An object of an answer that never changes any more; the class is its mark, and costs a large tenant no table of them. */
class WrittenItem {
  /** What it was found good as. */
  #goodAs: string | undefined;

  static isGood(body: object, as: string): boolean {
    return #goodAs in body && body.#goodAs === as;
  }

  static noteGood(body: object, as: string): void {
    if (#goodAs in body) body.#goodAs = as;
  }
}

const emptyItem = (): { [key: string]: JsonValue } => new WrittenItem() as unknown as Props;

/**
 * Objects in lists are rendered and written as JSON once, until they change: a list page is then little more than its bytes.
 * Each object remembers its last shape only. `props` of an entity are replaced, never changed in place, so identity tells.
 */
export interface Written {
  /** Must not be changed. */
  readonly item: Item;
  /** Its JSON with a comma before it, as bytes: a page is then copied together, not encoded. */
  readonly text: Buffer;
}

interface Slot extends Written {
  readonly defs: readonly PropertyDef[];
  readonly props: Props;
  readonly deletedAt: number | null;
  /** The object with what was last expanded of it, which seldom changes. */
  extended: { readonly more: Item; readonly both: Written } | undefined;
}

/**
 * What lists remember is kept on the object itself, as a weak table of so many is dear to collect. Lists of mixed types (members,
 * owners) show another shape than lists of one type; both are asked for in turns.
 */
type Place = 'shown' | 'shownMixed';
type Remembering = Entity & { [place in Place]?: Slot };

const pages = new WeakMap<object, readonly Written[]>();
/** Whole answers that never change any more. */
const bodies = new WeakSet<object>();
const bytesOf = new WeakMap<object, Buffer>();

/** One array for each shape, so that a slot knows its shape by identity. */
const shapes = new Map<string, readonly PropertyDef[]>();
const shapesKept = 200;

export function shapeOf(defs: readonly PropertyDef[], kind: Entity['kind']): readonly PropertyDef[] {
  const key = `${kind}:${defs.map(({ name }) => name).join(',')}`;
  const known = shapes.get(key);
  if (known) return known;
  if (shapes.size >= shapesKept) shapes.clear();
  shapes.set(key, defs);
  return defs;
}

/** @param defs  of `shapeOf` */
export function rendered(entity: Entity, defs: readonly PropertyDef[]): Written {
  return (
    remembered('shown', entity, defs) ?? remember('shown', entity, defs, render(entity, defs, emptyItem()))
  );
}

/** As `renderMixed`, for many objects of one answer. */
export function mixedRenderer(select: readonly string[] | null): (entity: Entity) => Written {
  const shapesOfKinds = new Map<Kind, readonly PropertyDef[]>();
  return (entity) => {
    let defs = shapesOfKinds.get(entity.kind);
    if (defs === undefined) {
      defs = shapeOf(mixedSelection(typeOf(entity.kind), select), entity.kind);
      shapesOfKinds.set(entity.kind, defs);
    }
    return (
      remembered('shownMixed', entity, defs) ??
      remember('shownMixed', entity, defs, renderTyped(entity, defs, emptyItem()))
    );
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
  const text = Buffer.from(`,${JSON.stringify(item)}`);
  const { props, deletedAt } = entity;
  const slot: Slot = { item, text, defs, props, deletedAt, extended: undefined };
  (entity as Remembering)[place] = slot;
  return slot;
}

/** For the judge of answers: what never changes any more is judged once. */
export const fixedBodies = {
  isFixed: (body: object): boolean => bodies.has(body),
  isGood: (body: object, as: string): boolean => WrittenItem.isGood(body, as),
  noteGood: (body: object, as: string): void => WrittenItem.noteGood(body, as),
};

/** An object with what was expanded. */
export function extended(written: Written, more: Item): Written {
  const slot = written as Slot;
  const names = Object.keys(more);
  if (names.length === 0) return written;
  if (slot.extended !== undefined && isSame(slot.extended.more, more, names)) return slot.extended.both;
  const item = Object.assign(emptyItem(), written.item, more);
  const isPlain = names.every((name) => !(name in written.item));
  const text = isPlain
    ? Buffer.concat([written.text.subarray(0, -1), Buffer.from(`,${JSON.stringify(more).slice(1)}`)])
    : Buffer.from(`,${JSON.stringify(item)}`);
  const both = { item, text };
  slot.extended = { more, both };
  return both;
}

/** What is expanded is written too, so that identity tells whether it changed. */
function isSame(before: Item, now: Item, names: readonly string[]): boolean {
  if (Object.keys(before).length !== names.length) return false;
  return names.every((name) => {
    const [was, is] = [before[name], now[name]];
    if (!Array.isArray(was) || !Array.isArray(is)) return was === is;
    return was.length === is.length && was.every((one, i) => one === is[i]);
  });
}

/** The `value` of an answer; `jsonOf` copies its bytes. Nothing may be put into it. */
export function pageOf(written: readonly Written[]): JsonValue[] {
  const value = written.map(({ item }) => item as JsonValue);
  pages.set(Object.freeze(value), written);
  return value;
}

/** An answer whose bytes are kept once they were asked for; nothing in it may be changed any more. */
export function writtenPage<T extends object>(body: T): T {
  bodies.add(Object.freeze(body));
  return body;
}

/** JSON of an answer: as JSON.stringify writes it, from the bytes of its items where they are known. */
export function jsonOf(body: unknown): Buffer {
  if (body === null || typeof body !== 'object') return Buffer.from(JSON.stringify(body));
  const known = bytesOf.get(body);
  if (known !== undefined) return known;
  const bytes = assembled(body);
  if (bodies.has(body)) bytesOf.set(body, bytes);
  return bytes;
}

function assembled(body: object): Buffer {
  const { value, ...head } = body as { value?: unknown };
  const written = Array.isArray(value) ? pages.get(value) : undefined;
  if (written === undefined || written.length === 0 || Object.keys(body).at(-1) !== 'value')
    return Buffer.from(JSON.stringify(body));
  const start = JSON.stringify(head).slice(0, -1);
  const [first, ...others] = written.map(({ text }) => text);
  const opening = Buffer.from(`${start}${start === '{' ? '' : ','}"value":[`);
  return Buffer.concat([opening, (first as Buffer).subarray(1), ...others, Buffer.from(']}')]);
}
