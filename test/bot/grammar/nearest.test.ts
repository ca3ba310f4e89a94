import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { distance, nearest } from '../../../bot/grammar/nearest.js';

describe('edits between words', () => {
  test('count a swap of neighbours once, and are a symmetric distance', () => {
    expect(distance('restore', 'retsore')).toBe(1);
    fc.assert(
      fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (a, b) => {
        expect(distance(a, b)).toBe(distance(b, a));
        expect(distance(a, a)).toBe(0);
        expect(distance(a, b)).toBeLessThanOrEqual(Math.max([...a].length, [...b].length));
      }),
    );
  });

  test('short words are never bent into other words', () => {
    expect(nearest('hu', ['hi'])).toBeUndefined();
    expect(nearest('foo', ['find', 'undo'])).toBeUndefined();
  });
});
