import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { BEHAVIOURS } from '../../sandbox/behaviours/behaviours.js';
import { authorityFaultNames } from '../../sandbox/authority/faults.js';
import { defaultSwitches } from '../../sandbox/graph/core.js';
import { faultNames } from '../../sandbox/graph/http/faults.js';
import { blockOf, readPage, rowsOf, table } from './page.js';

const PAGE = 'sandbox/README.md';

const behaviours = (): string =>
  table(
    ['Where', 'What', 'Simplified', 'Source', 'Proven by'],
    BEHAVIOURS.map(({ area, what, simplified, source, test }) => [
      area,
      what,
      simplified ?? '',
      source,
      `\`${test}\``,
    ]),
  );

/** The names in the first cells of the table under this head. */
function namesUnder(head: string): readonly string[] {
  const from = readPage(PAGE).split(`| ${head} |`)[1]!.split('\n\n')[0]!;
  return rowsOf(`| ${head} |${from}`).flatMap(([cell]) =>
    [...cell!.matchAll(/`([^`]+)`/g)].map(([, name]) => name!),
  );
}

describe('sandbox/README.md', () => {
  test('holds the list of behaviours as it is', () => {
    const wanted = behaviours();
    expect(blockOf(PAGE, 'behaviours', wanted)).toBe(wanted);
  });

  test.each(BEHAVIOURS.map(({ what, test }) => [test, what]))('%s is there to prove: %s', (file) => {
    expect(existsSync(join(process.cwd(), 'test', 'sandbox', file))).toBe(true);
  });

  test('names every flag of the command line', () => {
    const flags = [...readPage('sandbox/options.ts').matchAll(/\.option\(\s*'(--[\w-]+)/g)].map(
      ([, flag]) => flag,
    );
    expect(flags.length).toBeGreaterThan(5);
    expect(flags.filter((flag) => !readPage(PAGE).includes(`\`${flag}`))).toEqual([]);
  });

  test('names every fault of the tenant and of the authority', () => {
    expect(namesUnder('Name | What it does')).toEqual(
      expect.arrayContaining([...faultNames, ...authorityFaultNames]),
    );
  });

  test('names every switch, and no other', () => {
    expect([...namesUnder('Switch | What it is')].sort()).toEqual(Object.keys(defaultSwitches()).sort());
  });
});
