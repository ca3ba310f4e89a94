import type { Block, Row, Sign } from './frame.js';
import { ROWS_PER_BLOCK } from './pages.js';

export const row = (sign: Sign, text: string, note = ''): Row => ({
  sign,
  text,
  note,
  tick: '',
  ticked: false,
});

/** One page of rows with what is not shown said; `page` from 1. */
export function block(
  title: string,
  count: string,
  rows: readonly Row[],
  page = 1,
  perPage = ROWS_PER_BLOCK,
): Block {
  const start = (page - 1) * perPage;
  const shown = rows.slice(start, start + perPage);
  const left = rows.length - start - shown.length;
  const before = start === 0 ? '' : `lines ${start + 1} to ${start + shown.length} of ${rows.length}`;
  const after = left > 0 ? `and ${left} more` : '';
  return { title, count, rows: shown, more: [before, after].filter(Boolean).join(' · ') };
}

/** What has no rows does not stand on a card. */
export const filled = <B extends Pick<Block, 'rows'>>(blocks: readonly B[]): readonly B[] =>
  blocks.filter(({ rows }) => rows.length > 0);

/** The same blocks to read only: without tick boxes. */
export const readOnly = (blocks: readonly Block[]): readonly Block[] =>
  blocks.map((item) => ({ ...item, rows: item.rows.map((line) => ({ ...line, tick: '' })) }));
