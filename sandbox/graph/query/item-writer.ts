import type { PropertyDef } from '../schema/property.js';
import { bags, mixedSelection, readingOf, render, renderTyped } from '../schema/render.js';
import { layoutOf, lengthOfRow, memberStart, rowOf } from '../schema/row.js';
import { typeOf } from '../schema/types.js';
import { directoryKinds, type Entity, type Kind } from '../state/types.js';
import { copyWords, stampOf, type JsonBytes, type Stamp } from './json-bytes.js';

/** Writes one object, byte for byte as JSON.stringify writes what `render`, or `renderTyped`, makes of it. */
export type WriteItem = (to: JsonBytes, entity: Entity) => void;

/** One selected property. */
interface Column {
  readonly def: PropertyDef;
  /** In the row; -1 for an extension property, which rows do not hold. */
  readonly place: number;
  /** The name with a comma before it, as it stands in the row. */
  readonly before: Stamp;
  /** The same with what it reads as when nothing was given. */
  readonly unset: Stamp;
}

/** What a list shows of objects of one kind, ready to be copied. */
interface Shape {
  /** Of the object: a brace, or a brace and its type. */
  readonly opening: Stamp;
  readonly columns: readonly Column[];
  /** Bytes to leave out of the first column: the comma, where nothing stands before it. */
  readonly comma: number;
  /** The most bytes that it adds to those of a row. */
  readonly most: number;
}

const shapes = new Map<string, Shape>();
const SHAPES_KEPT = 200;

/** @param opening  of the object: a brace, or a brace and its type */
function shapeOf(kind: Kind, defs: readonly PropertyDef[], opening: string): Shape {
  const key = [kind, opening, ...defs.map(({ name }) => name)].join(' ');
  let shape = shapes.get(key);
  if (shape) return shape;
  if (shapes.size >= SHAPES_KEPT) shapes.clear();
  shapes.set(key, (shape = newShape(kind, defs, opening)));
  return shape;
}

function newShape(kind: Kind, defs: readonly PropertyDef[], opening: string): Shape {
  const layout = layoutOf(kind);
  const columns = defs.map((def): Column => {
    const place = layout.places.get(def.name) ?? -1;
    const before = memberStart(def);
    const unset = `${before}${layout.columns[place]?.blankText ?? ''}`;
    return { def, place, before: stampOf(before), unset: stampOf(unset) };
  });
  return {
    opening: stampOf(opening),
    columns,
    comma: opening === '{' ? 1 : 0,
    most: columns.reduce((sum, { unset }) => sum + unset.length, opening.length),
  };
}

/**
 * Objects of one kind, as a list of this kind shows them.
 * @param more  writes further members, each after a comma
 */
export function itemWriter(kind: Kind, defs: readonly PropertyDef[], more?: WriteItem): WriteItem {
  return closed(
    bags.has(kind)
      ? (to, entity) => to.text(JSON.stringify(render(entity, defs)).slice(0, -1))
      : shapeWriter(kind, shapeOf(kind, defs, '{')),
    more,
  );
}

/** Writes many, as an array. */
export type WriteItems = (to: JsonBytes, entities: readonly Entity[]) => void;

/**
 * Objects of any kind with their ids alone, as a mixed list shows them. Members are asked for these most; to join many short texts and
 * encode them in one go takes a third of the time that one after another takes.
 */
export const writeMixedIds: WriteItems = (to, entities) => {
  let kindBefore: Kind | undefined;
  let opening = '';
  let text = '[';
  let between = '';
  for (const { kind, id } of entities) {
    if (kind !== kindBefore) {
      // Only these have GUIDs (state/tenant-state.ts); of others an id may be any text.
      if (!directoryKinds.includes(kind)) return to.list(entities, mixedWriter(['id']));
      kindBefore = kind;
      opening = `${typedOpening(kind)},"id":"`;
    }
    text += between + opening + id;
    between = '"},';
  }
  to.ascii(entities.length > 0 ? `${text}"}]` : '[]');
};

/** Objects of any kind, as a mixed list shows them. */
export function mixedWriter(select: readonly string[] | null): WriteItem {
  const writers = new Map<Kind, WriteItem>();
  return (to, entity) => {
    let write = writers.get(entity.kind);
    if (!write) writers.set(entity.kind, (write = typedWriter(entity.kind, select)));
    write(to, entity);
  };
}

function typedWriter(kind: Kind, select: readonly string[] | null): WriteItem {
  const type = typeOf(kind);
  const defs = mixedSelection(type, select);
  return closed(
    bags.has(kind)
      ? (to, entity) => to.text(JSON.stringify(renderTyped(entity, defs)).slice(0, -1))
      : shapeWriter(kind, shapeOf(kind, defs, typedOpening(kind))),
  );
}

const typedOpening = (kind: Kind): string => `{"@odata.type":"#microsoft.graph.${typeOf(kind).name}"`;

const CLOSE_OBJECT = 0x7d;

function closed(open: WriteItem, more?: WriteItem): WriteItem {
  return (to, entity) => {
    open(to, entity);
    more?.(to, entity);
    to.byte(CLOSE_OBJECT);
  };
}

/** Writes all but the closing brace. */
function shapeWriter(kind: Kind, shape: Shape): WriteItem {
  const { opening, columns, comma, most } = shape;
  const slowly = columnWriter(shape);
  if (columns.some(({ place }) => place < 0)) return slowly;
  if (comma > 0 && columns.length === 1 && columns[0]?.def.name === 'id') return writeId;
  return (to, entity) => {
    // Another kind has other places.
    if (entity.kind !== kind) return slowly(to, entity);
    const row = rowOf(entity);
    const { view, words } = row;
    const { rowAt: at = 0 } = entity;
    to.reserve(most + lengthOfRow(row, at));
    let length = copyWords(to.view, to.length, opening.view, 0, opening.length);
    let leftOut = comma;
    // Neighbours in the row that were selected one after another, to be copied in one go.
    let from = 0;
    let until = 0;
    for (const { place, unset } of columns) {
      const start = words[at + place] as number;
      const end = words[at + place + 1] as number;
      if (start === until && start < end) until = end;
      else {
        length = copyWords(to.view, length, view, from, until);
        from = until = 0;
        if (start === end) length = copyWords(to.view, length, unset.view, leftOut, unset.length);
        else {
          from = start + leftOut;
          until = end;
        }
      }
      leftOut = 0;
    }
    to.length = copyWords(to.view, length, view, from, until);
  };
}

/** As `shapeWriter`, without rows: for what they do not hold. */
function columnWriter({ opening, columns, comma }: Shape): WriteItem {
  return (to, entity) => {
    to.stamp(opening);
    columns.forEach(({ def, before }, i) => {
      to.stamp(before, i === 0 ? comma : 0);
      to.text(JSON.stringify(readingOf(entity, def)));
    });
  };
}

const idStart = stampOf('{"id":');

/** Ids alone are what members are asked for most, and need no row either. */
const writeId: WriteItem = (to, { id }) => {
  to.stamp(idStart);
  to.id(id);
};
