import { describe, expect, test } from '@jest/globals';
import { filled, row } from '../../cards/blocks.js';
import { button } from '../../cards/frame.js';
import { NEWEST_FIRST, onPage, pager, pagesOf, pageText, perPageIn } from '../../cards/pages.js';

const turn = (title: string, page: number) => button('audit.page', title, { page });
const said = (buttons: readonly { title: string; data: object }[]) =>
  buttons.map(({ title, data }) => [title, data]);

describe('the pages of a card', () => {
  test('one page has nothing to turn to, and no words', () => {
    expect(pager(1, pagesOf([0, 8]), turn)).toEqual([]);
    expect(pageText(1, 1)).toBe('');
  });

  test.each([
    ['first', 1, [['More lines (2 of 3)', { page: 2 }]]],
    [
      'middle',
      2,
      [
        ['Lines before', { page: 1 }],
        ['More lines (3 of 3)', { page: 3 }],
      ],
    ],
    ['last', 3, [['Lines before', { page: 2 }]]],
  ])('on the %s page it turns where there is one', (_name, page, buttons) => {
    expect(said(pager(page, pagesOf([3, 17]), turn))).toEqual(buttons);
    expect(pageText(page, 3)).toBe(`page ${page} of 3`);
  });

  test('a list that begins with the newest goes back to what is newer', () => {
    expect(said(pager(2, 3, turn, NEWEST_FIRST))).toEqual([
      ['Newer', { page: 1 }],
      ['Older', { page: 3 }],
    ]);
  });

  test('every line stands on one page, and all of them on the first in the terminal', () => {
    const lines = Array.from({ length: 17 }, (_, index) => index);
    expect([1, 2, 3].flatMap((page) => onPage(lines, page))).toEqual(lines);
    const perPage = perPageIn({ place: 'terminal', timeZone: 'UTC', now: new Date(0) });
    expect(onPage(lines, 1, perPage)).toEqual(lines);
  });
});

test('a block without rows does not stand on a card', () => {
  const [empty, full] = [
    { title: 'a', rows: [] },
    { title: 'b', rows: [row('+', 'one')] },
  ];
  expect(filled([empty, full])).toEqual([full]);
});
