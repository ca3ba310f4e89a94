import { describe, expect, test } from '@jest/globals';
import { featuresOf } from '../../services/catalog/features.js';
import { catalog } from '../../services/catalog/index.js';
import { blockOf, table } from './page.js';

const PAGE = 'doc/install.md';

/** Least permission → what does not work without it. */
function permissions(side: 'read' | 'restore'): string {
  const lost = new Map<string, Set<string>>();
  for (const feature of featuresOf(catalog))
    for (const [least] of feature.needs)
      if (feature.side === side && least !== undefined)
        lost.set(least, (lost.get(least) ?? new Set()).add(feature.without));
  return table(
    ['Application permission', 'Without it'],
    [...lost].map(([name, without]) => [`\`${name}\``, [...without].join('; ')]),
  );
}

describe('[T2] doc/install.md', () => {
  test.each(['read', 'restore'] as const)(
    'lists the least permissions to %s, and what each disables',
    (side) => {
      const wanted = permissions(side);
      expect(blockOf(PAGE, `permissions to ${side}`, wanted)).toBe(wanted);
    },
  );
});
