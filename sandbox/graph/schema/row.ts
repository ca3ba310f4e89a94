import type { Entity, JsonValue, Kind } from '../state/types.js';
import type { PropertyDef } from './property.js';
import { readingOf } from './render.js';
import { typeOf } from './types.js';

/**
 * An object as it reads: each property as a member of a JSON object, with its name and a comma before it, in bytes, one after another.
 * Whatever a list selects is copied together from it (query/item-writer.ts), neighbours in one go, instead of being looked up, derived,
 * searched for signs that need escaping and encoded every time. What reads as it does in an object to which nothing was ever given
 * takes no bytes.
 */
export interface RowMemory {
  /** A word longer than what lies in it, for those who read by words. */
  readonly view: DataView;
  /** The same: property i of the layout is from words[rowAt + i] to words[rowAt + i + 1] in `view`. */
  readonly words: Uint32Array;
}

/** How the rows of one kind are laid out: all properties of the type's table, in its order. */
export interface RowLayout {
  readonly columns: readonly {
    readonly def: PropertyDef;
    /** What stands before its value: a comma and the name. */
    readonly before: string;
    /** As it reads when nothing was given, and as JSON. */
    readonly blank: JsonValue;
    readonly blankText: string;
  }[];
  /** By the property's name; extension properties have no place, as they are not in the table. */
  readonly places: ReadonlyMap<string, number>;
}

const layouts = new Map<Kind, RowLayout>();

export function layoutOf(kind: Kind): RowLayout {
  let layout = layouts.get(kind);
  if (!layout) layouts.set(kind, (layout = newLayout(kind)));
  return layout;
}

function newLayout(kind: Kind): RowLayout {
  const nothing: Entity = { id: '', kind, props: {}, createdAt: 0, deletedAt: null, gone: false };
  const defs = [...typeOf(kind).properties.values()];
  return {
    columns: defs.map((def) => {
      const blank = readingOf(nothing, def);
      return { def, before: memberStart(def), blank, blankText: JSON.stringify(blank) };
    }),
    places: new Map(defs.map(({ name }, i) => [name, i])),
  };
}

/** What stands before a property's value: a comma and the name. */
export const memberStart = ({ name }: PropertyDef): string => `,${JSON.stringify(name)}:`;

/** Where an object's row lies, from its `rowAt` on; made anew when the object changed. */
export function rowOf(entity: Entity): RowMemory {
  const known = currentRow(entity);
  if (known !== undefined) return known;
  // A slab of its own: one that many share would stay whole for the last that is not old.
  const made = encoded(entity);
  const slab = new Slab(made.size);
  slab.add(entity, made);
  return slab;
}

/** undefined = it has none, or an old one. */
function currentRow({ row, rowProps, rowDeletedAt, props, deletedAt }: Entity): RowMemory | undefined {
  // `props` of an object are replaced, never changed in place, so identity tells.
  return rowProps === props && rowDeletedAt === deletedAt ? (row as RowMemory | undefined) : undefined;
}

/** In bytes. */
const SLAB_SIZE = 256 * 1024;

/** Makes the rows of many objects side by side, so that reading them in the same order is quick. */
export function prepareRows(entities: Iterable<Entity>): void {
  let slab = new Slab(0);
  for (const entity of entities) {
    const made = encoded(entity);
    if (slab.free < made.size) slab = new Slab(Math.max(made.size, SLAB_SIZE));
    slab.add(entity, made);
  }
}

/**
 * How long the texts of these rows are, as far as they are made, in bytes. Asking it before they are copied is worth a fifth of the time:
 * objects and rows of a large tenant lie all over its memory, and in a loop as short as this the processor waits for many at once.
 */
export function lengthOfRows(entities: readonly Entity[]): number {
  let length = 0;
  for (const entity of entities) {
    const row = currentRow(entity);
    if (row !== undefined) length += lengthOfRow(row, entity.rowAt ?? 0);
  }
  return length;
}

/** In bytes. @param at  `rowAt` */
export function lengthOfRow({ words }: RowMemory, at: number): number {
  const start = words[at] as number;
  // The text begins behind the last of the words, which says where it ends.
  return (words[start / WORD - 1] as number) - start;
}

interface Encoded {
  readonly text: string;
  /** Where each property ends, in bytes from the start of the text. */
  readonly ends: readonly number[];
  /** Of the whole row, in bytes. */
  readonly size: number;
}

function encoded(entity: Entity): Encoded {
  const ends: number[] = [];
  let text = '';
  for (const { def, before, blank, blankText } of layoutOf(entity.kind).columns) {
    const value = readingOf(entity, def);
    if (value !== blank) {
      const json = JSON.stringify(value);
      if (json !== blankText) text += before + json;
    }
    ends.push(text.length);
  }
  const bytes = Buffer.byteLength(text);
  return {
    text,
    ends: bytes === text.length ? ends : inBytes(text, ends),
    size: WORD * (ends.length + 1 + Math.ceil(bytes / WORD)),
  };
}

function inBytes(text: string, ends: readonly number[]): number[] {
  let bytes = 0;
  return ends.map((end, i) => (bytes += Buffer.byteLength(text.slice(ends[i - 1] ?? 0, end))));
}

/** A word, in bytes. */
const WORD = Uint32Array.BYTES_PER_ELEMENT;

/** Memory for rows: the words of each, then its text. */
class Slab implements RowMemory {
  readonly view: DataView;
  readonly words: Uint32Array;
  private readonly texts: Buffer;
  private used = 0;

  /** @param size  in bytes, whole words */
  constructor(private readonly size: number) {
    const memory = new ArrayBuffer(size + WORD);
    this.view = new DataView(memory);
    this.words = new Uint32Array(memory);
    this.texts = Buffer.from(memory);
  }

  get free(): number {
    return this.size - this.used;
  }

  /** Writes the row of an object, and notes in the object that it lies here. */
  add(entity: Entity, { text, ends, size }: Encoded): void {
    const { words } = this;
    const at = this.used / WORD;
    const start = this.used + WORD * (ends.length + 1);
    words[at] = start;
    ends.forEach((end, i) => (words[at + 1 + i] = start + end));
    this.used += size;
    entity.row = this;
    entity.rowAt = at;
    this.texts.write(text, start);
    entity.rowProps = entity.props;
    entity.rowDeletedAt = entity.deletedAt;
  }
}
