import type { Entity, JsonValue } from '../state/types.js';
import type { WriteItems } from './item-writer.js';
import { JsonBytes } from './json-bytes.js';
import { isGood, noteGood } from './rendered.js';

/**
 * Answers that are bytes from the start: a page of a list is copied together from what its objects hold (item-writer.ts), and never
 * becomes a thousand values that would have to become text again.
 */
const bytesOf = new WeakMap<object, Buffer>();

/**
 * What pages are written on. It is used again once a page was sent: memory got anew for pages of 1.5 MB each would have the whole heap
 * of a large tenant looked through for garbage every few dozen pages.
 */
const paper: JsonBytes[] = [];
const SHEETS = 4;
const sheetOf = new WeakMap<object, JsonBytes>();

export interface PageItems {
  readonly entities: readonly Entity[];
  readonly write: WriteItems;
  /** Bytes to expect. */
  readonly room: number;
  /** The same as values, for the judge of answers; null = nobody judges. */
  readonly render: ((entity: Entity) => JsonValue) | null;
}

/**
 * The body of a page; nothing in it may be changed any more. Whoever looks into its `value` although nobody judges reads it back
 * from the bytes.
 * @param head  what stands before `value`
 * @param keep  it may be sent many times; otherwise it is gone with `sent`
 */
export function writtenPage(
  head: { readonly [key: string]: JsonValue },
  { entities, write, room, render }: PageItems,
  keep: boolean,
): object {
  const sheet = paper.pop() ?? new JsonBytes();
  sheet.length = 0;
  sheet.text(`${JSON.stringify(head).slice(0, -1)},"value":`);
  sheet.reserve(room);
  write(sheet, entities);
  sheet.text('}');
  const bytes = keep ? Buffer.from(sheet.written) : sheet.written;
  let value = render && Object.freeze(entities.map(render));
  const body = Object.defineProperty({ ...head }, 'value', {
    enumerable: true,
    get: () => (value ??= readBack(bytes)),
  });
  bytesOf.set(Object.freeze(body), bytes);
  if (keep) takeBack(sheet);
  else sheetOf.set(body, sheet);
  return body;
}

const afterwards = new WeakMap<object, () => void>();

/** Has something done once the body of an answer was sent, and the process has time. */
export function onSent(body: unknown, then: () => void): void {
  if (typeof body === 'object' && body !== null) afterwards.set(body, then);
}

/** Says of the body of any answer that nobody looks into it any more, nor into what `jsonOf` gave for it. */
export function sent(body: unknown): void {
  if (typeof body !== 'object' || body === null) return;
  for (const { body: inner } of responsesOf(body)) sent(inner);
  const then = afterwards.get(body);
  if (then !== undefined) setImmediate(then);
  afterwards.delete(body);
  const sheet = sheetOf.get(body);
  if (sheet === undefined) return;
  sheetOf.delete(body);
  bytesOf.delete(body);
  takeBack(sheet);
}

function takeBack(sheet: JsonBytes): void {
  if (paper.length < SHEETS) paper.push(sheet);
}

function readBack(bytes: Buffer): readonly JsonValue[] {
  const { value } = JSON.parse(bytes.toString()) as { value: JsonValue[] };
  return Object.freeze(value);
}

/** For the judge of answers: what never changes any more is judged once. */
export const fixedBodies = { isFixed: (body: object): boolean => bytesOf.has(body), isGood, noteGood };

/** JSON of an answer, as JSON.stringify writes it. */
export function jsonOf(body: unknown): Buffer {
  const written = bytesIn(body);
  if (written !== undefined) return written;
  const responses = responsesOf(body);
  return responses.length > 0 ? batchOf(responses) : Buffer.from(JSON.stringify(body));
}

const bytesIn = (body: unknown): Buffer | undefined =>
  typeof body === 'object' && body !== null ? bytesOf.get(body) : undefined;

/** Of a batch; none for any other answer. */
function responsesOf(body: unknown): readonly { readonly body?: unknown }[] {
  const { responses } = (body ?? {}) as { responses?: unknown };
  return Array.isArray(responses) && Object.keys(body as object).length === 1 ? responses : [];
}

/** Some answers of a batch are pages. */
function batchOf(responses: readonly { readonly body?: unknown }[]): Buffer {
  const parts = responses.flatMap(({ body, ...rest }, i) => {
    const written = bytesIn(body);
    const before = i > 0 ? ',' : '';
    if (written === undefined) return [Buffer.from(`${before}${JSON.stringify(responses[i])}`)];
    return [Buffer.from(`${before}${JSON.stringify(rest).slice(0, -1)},"body":`), written, Buffer.from('}')];
  });
  return Buffer.concat([Buffer.from('{"responses":['), ...parts, Buffer.from(']}')]);
}
