import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { readPage, rowsOf } from './page.js';

const sources = ['services', 'bot'].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.includes('embedded'))
    .map((name) => readFileSync(join(folder, name), 'utf8')),
);
const found = (pattern: RegExp): string[] =>
  sources.flatMap((text) => [...text.matchAll(pattern)].map(([, name]) => name!));

describe('doc/design.md', () => {
  test('lists every collection that the code keeps', () => {
    const collections = [
      ...found(/CollectionSpec<\w+> = \{\s*name: '(\w+)'/g),
      ...found(/\bcollection(?:<\w+>)?\('(\w+)'\)/g),
      ...found(/\b(?:JOBS_COLLECTION|COUNTERS) = '(\w+)'/g),
    ];
    const documented = rowsOf(readPage('doc/design.md').split('## What is stored')[1]!.split('\n## ')[0]!);
    expect(documented.map(([name]) => name!.replaceAll('`', '')).sort()).toEqual(
      [...new Set(collections)].sort(),
    );
  });

  test('numbers its invariants and says must or should', () => {
    const invariants = rowsOf(readPage('doc/design.md').split('## Invariants')[1]!.split('\n## ')[0]!);
    expect(invariants.map(([number]) => number)).toEqual(invariants.map((_, index) => `I${index + 1}`));
    for (const [, , strength, proof] of invariants) {
      expect(['must', 'should']).toContain(strength);
      expect(proof).toMatch(/`test\//);
    }
  });
});
