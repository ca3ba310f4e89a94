import type { Button, ViewContext } from './frame.js';

/** Rows that a card shows of one block before it pages. */
export const ROWS_PER_BLOCK = 8;
/** No button turns a page there, and nobody runs out of room. */
const ROWS_IN_TERMINAL = 100_000;

/** Rows that stand on one page where this is read. */
export const perPageIn = ({ place }: ViewContext, perPage = ROWS_PER_BLOCK): number =>
  place === 'terminal' ? ROWS_IN_TERMINAL : perPage;

/** How many pages the longest of these lists needs; at least 1. */
export const pagesOf = (lengths: readonly number[], perPage = ROWS_PER_BLOCK): number =>
  Math.max(1, ...lengths.map((length) => Math.ceil(length / perPage)));

/** What stands on one page of a list; `page` from 1. */
export const onPage = <T>(list: readonly T[], page: number, perPage = ROWS_PER_BLOCK): readonly T[] =>
  list.slice((page - 1) * perPage, page * perPage);

/** "page 2 of 3"; '' where there is one only. */
export const pageText = (page: number, pages: number): string =>
  pages > 1 ? `page ${page} of ${pages}` : '';

/** "More lines (2 of 3)" */
export const moreLines = (page: number, pages: number): string => `More lines (${page + 1} of ${pages})`;

/** Words for the pages of a list that begins with what is newest. */
export const NEWEST_FIRST = { back: 'Newer', on: 'Older' };

/**
 * The buttons that turn a card's pages, back before on; none where there is nothing to turn to.
 * @param page  from 1
 * @param turn  makes the button that leads to a page
 */
export const pager = (
  page: number,
  pages: number,
  turn: (title: string, to: number) => Button,
  { back = 'Lines before', on = moreLines(page, pages) } = {},
): readonly Button[] => [
  ...(page > 1 ? [turn(back, page - 1)] : []),
  ...(page < pages ? [turn(on, page + 1)] : []),
];
