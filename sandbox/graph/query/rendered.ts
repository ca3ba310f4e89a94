import type { PropertyDef } from '../schema/property.js';
import { mixedSelection, render, renderMixed } from '../schema/render.js';
import { typeOf } from '../schema/types.js';
import type { Entity, JsonValue, Props } from '../state/types.js';

/**
 * Objects in lists are rendered and written as JSON once, until they change: a list page is then little more than its bytes.
 * Each object remembers its last shape only. `props` of an entity are replaced, never changed in place, so identity tells.
 */
interface Slot {
  readonly defs: readonly PropertyDef[];
  readonly props: Props;
  readonly deletedAt: number | null;
  readonly item: { [key: string]: JsonValue };
}

type Slots = WeakMap<Entity, Slot>;
const slots: Slots = new WeakMap();
/** Lists of mixed types (members, owners) show another shape than lists of one type; both are asked for in turns. */
const mixedSlots: Slots = new WeakMap();
/** JSON of an object with a comma before it, as bytes: a page is then copied together, not encoded. */
const texts = new WeakMap<object, Buffer>();
const extensions = new WeakMap<object, { moreText: string; both: { [key: string]: JsonValue } }>();

/** One array for each shape, so that a slot knows its shape by identity. */
const shapes = new Map<string, readonly PropertyDef[]>();
const shapesKept = 200;

export function shapeOf(defs: readonly PropertyDef[], kind: Entity['kind']): readonly PropertyDef[] {
  const key = `${kind}:${defs.map(({ name }) => name).join(',')}`;
  const known = shapes.get(key);
  if (known) return known;
  keepShape(key, defs);
  return defs;
}

function keepShape(key: string, defs: readonly PropertyDef[]): void {
  if (shapes.size >= shapesKept) shapes.clear();
  shapes.set(key, defs);
}

/** @param defs  of `shapeOf`; @returns an object that must not be changed */
export function rendered(entity: Entity, defs: readonly PropertyDef[]): { [key: string]: JsonValue } {
  return kept(slots, entity, defs, () => render(entity, defs));
}

/** As `renderMixed`; @returns an object that must not be changed */
export function renderedMixed(
  entity: Entity,
  select: readonly string[] | null,
): { [key: string]: JsonValue } {
  const key = `mixed ${entity.kind}:${select === null ? '' : [...select].join(',')}`;
  let defs = shapes.get(key);
  if (defs === undefined) keepShape(key, (defs = mixedSelection(typeOf(entity.kind), select)));
  return kept(mixedSlots, entity, defs, () => renderMixed(entity, select));
}

function kept(
  of: Slots,
  entity: Entity,
  defs: readonly PropertyDef[],
  make: () => { [key: string]: JsonValue },
): { [key: string]: JsonValue } {
  const slot = of.get(entity);
  const { props, deletedAt } = entity;
  if (slot && slot.defs === defs && slot.props === props && slot.deletedAt === deletedAt) return slot.item;
  const item = make();
  texts.set(item, Buffer.from(`,${JSON.stringify(item)}`));
  of.set(entity, { defs, props, deletedAt, item });
  return item;
}

/** Whether an object of an answer was written here: it never changes any more. */
export function isWritten(item: object): boolean {
  return texts.has(item);
}

/** An object with what was expanded; the last such pair is kept, as what is expanded seldom changes. */
export function extended(
  item: { [key: string]: JsonValue },
  more: { [key: string]: JsonValue },
): { [key: string]: JsonValue } {
  const moreText = JSON.stringify(more);
  if (moreText === '{}') return item;
  const known = extensions.get(item);
  if (known?.moreText === moreText) return known.both;
  const both = { ...item, ...more };
  const text = texts.get(item);
  if (text !== undefined && Object.keys(more).every((name) => !(name in item))) {
    texts.set(both, Buffer.concat([text.subarray(0, -1), Buffer.from(`,${moreText.slice(1)}`)]));
    extensions.set(item, { moreText, both });
  }
  return both;
}

/** JSON of an answer: as JSON.stringify writes it, from the bytes of its items where they are known. */
export function jsonOf(body: unknown): Buffer {
  if (body === null || typeof body !== 'object') return Buffer.from(JSON.stringify(body));
  const { value, ...head } = body as { value?: unknown };
  if (!Array.isArray(value) || value.length === 0 || Object.keys(body).at(-1) !== 'value')
    return Buffer.from(JSON.stringify(body));
  const start = JSON.stringify(head).slice(0, -1);
  const parts = value.map((item: object) => texts.get(item) ?? Buffer.from(`,${JSON.stringify(item)}`));
  const opening = Buffer.from(`${start}${start === '{' ? '' : ','}"value":[`);
  const first = parts[0] as Buffer;
  return Buffer.concat([opening, first.subarray(1), ...parts.slice(1), Buffer.from(']}')]);
}
