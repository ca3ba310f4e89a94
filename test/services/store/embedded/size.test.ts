import { expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';

/** Every line counts: code, comments and blanks. What lies beside the folder (README) does not belong to the database. */
const FOLDER = new URL('../../../../services/store/embedded/', import.meta.url);
const MOST_LINES = 2_499;
const MOST_LINES_IN_A_FILE = 400;

test(`the embedded store stays small: ${MOST_LINES} lines at most`, () => {
  const lines = readdirSync(FOLDER)
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(new URL(file, FOLDER), 'utf8').split('\n').length - 1);
  expect(lines.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(MOST_LINES);
  expect(Math.max(...lines)).toBeLessThanOrEqual(MOST_LINES_IN_A_FILE);
});
