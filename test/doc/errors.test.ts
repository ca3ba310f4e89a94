import { describe, expect, test } from '@jest/globals';
import { ERRORS, type ErrorEntry } from '../../services/model/errors.js';
import { readPage, rowsOf } from './page.js';

const MOVES = ['you', 'an approver', 'an administrator', 'nobody'];

/** What the page says of each code; the last cell, whose move it is, is the page's own. */
const documented = rowsOf(readPage('doc/errors.md')).filter(([code]) => /^`[A-Z_]+`$/.test(code ?? ''));

describe('[C5] doc/errors.md and the catalogue of errors', () => {
  test('tell the same of the same codes', () => {
    const page = Object.fromEntries(
      documented.map(([code, happened, notDone, next, again]) => [
        code!.replaceAll('`', ''),
        { happened, notDone, next, again },
      ]),
    );
    const catalogue = Object.fromEntries(
      Object.entries(ERRORS as Readonly<Record<string, ErrorEntry>>).map(([code, entry]) => [
        code,
        {
          happened: entry.userText,
          notDone: entry.notDone,
          next: entry.hint,
          again: entry.retryable ? 'yes' : 'no',
        },
      ]),
    );
    expect(page).toEqual(catalogue);
    expect(documented).toHaveLength(Object.keys(ERRORS).length);
  });

  test.each(documented.map((cells) => [cells[0]!, cells[5]!]))('%s says whose move it is', (_code, move) => {
    expect(MOVES).toContain(move);
  });
});
