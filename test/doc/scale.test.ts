import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { blockOf, readPage, table } from './page.js';

const PAGE = 'doc/scale.md';

/** What test/independent-server/judge.mjs holds a run against. */
const differences = z
  .array(z.strictObject({ test: z.string().min(1), always: z.boolean(), why: z.string().min(1) }))
  .parse(JSON.parse(readFileSync('test/independent-server/differences.json', 'utf8')));

const listed = (): string =>
  table(
    ['Test', 'Fails', 'Because'],
    differences.map(({ test: title, always, why }) => [title, always ? 'always' : 'sometimes', why]),
  );

describe('doc/scale.md', () => {
  test('lists where the independent server behaves otherwise', () => {
    const wanted = listed();
    expect(blockOf(PAGE, 'differences', wanted)).toBe(wanted);
  });

  test('names only tests and scripts that are there', () => {
    const files = [...readPage(PAGE).matchAll(/`(test\/[\w./-]+\.\w+)`/g)].map(([, file]) => file!);
    expect(files.length).toBeGreaterThan(3);
    for (const file of files) expect([file, readFileSync(file).length > 0]).toEqual([file, true]);
  });
});
