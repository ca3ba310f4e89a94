import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { readPage, row, rowsOf } from './page.js';
import { titlesIn } from './titles.js';

const PAGE = 'doc/features.md';
/** As many as the contract has: B1 to B18, F1 to F8, … */
const PROMISES = { B: 18, F: 8, R: 22, P: 4, A: 10, N: 4, T: 7, C: 5 };
const STATES = ['done', 'partly', 'not yet'];
/** The simulation proves things about itself; pages about the product do not lean on it. */
const ELSEWHERE = /^test\/(sandbox|doc)\//;

const files = readdirSync('test', { recursive: true, encoding: 'utf8' })
  .map((name) => join('test', name).replaceAll('\\', '/'))
  .filter((name) => name.endsWith('.ts') && !ELSEWHERE.test(name));

/** Number of a promise → test files in whose titles it stands. */
const provenIn = new Map<string, string[]>();
for (const file of files)
  for (const title of titlesIn(readFileSync(file, 'utf8')))
    for (const [, number] of title.matchAll(/\[([A-Z]\d{1,2})\]/g)) {
      const known = provenIn.get(number!) ?? [];
      if (!known.includes(file)) provenIn.set(number!, [...known, file].sort());
    }

const short = (file: string): string => `\`${file.replace(/^test\//, '').replace(/(\.test)?\.ts$/, '')}\``;
const isPromise = ([number]: readonly string[]): boolean => /^[A-Z]\d{1,2}$/.test(number ?? '');

if (process.env['UPDATE_DOCS'] === '1') {
  const text = readPage(PAGE).split('\n');
  const lines = text.map((line) => {
    const [cells] = rowsOf(line);
    if (!cells || !isPromise(cells)) return line;
    return row(...cells.slice(0, 4), (provenIn.get(cells[0]!) ?? []).map(short).join(', '));
  });
  writeFileSync(PAGE, lines.join('\n'));
}
const promises = rowsOf(readPage(PAGE)).filter(isPromise);

describe('doc/features.md', () => {
  test('has one row for each promise, in order', () => {
    expect(promises.map(([number]) => number)).toEqual(
      Object.entries(PROMISES).flatMap(([letter, count]) =>
        Array.from({ length: count }, (_, index) => `${letter}${index + 1}`),
      ),
    );
  });

  test.each(promises)('%s %s: %s', (number, _promise, state, about, tests) => {
    expect(STATES).toContain(state);
    if (state === 'done') expect(provenIn.get(number!) ?? []).not.toHaveLength(0);
    if (state === 'partly') expect(about).not.toBe('');
    const named = tests === '' ? [] : tests!.split(', ');
    expect((provenIn.get(number!) ?? []).map(short)).toEqual(expect.arrayContaining(named));
  });
});
