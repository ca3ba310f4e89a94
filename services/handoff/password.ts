import type { Random } from '../model/random.js';

/** Without look-alikes (0 O, 1 l I), so that it can be read aloud and typed. */
const CLASSES = ['abcdefghijkmnopqrstuvwxyz', 'ABCDEFGHJKLMNPQRSTUVWXYZ', '23456789', '-_.+=#%'] as const;
const ALL = CLASSES.join('');
const LENGTH = 24;

/**
 * A random password of 24 characters with at least one of each class that Entra counts (upper, lower, digit, symbol); about 140 bits.
 * Every choice is unbiased: bytes beyond the largest multiple of the alphabet are thrown away.
 */
export function randomPassword(random: Random): string {
  for (;;) {
    const text = Array.from({ length: LENGTH }, () => ALL[below(ALL.length, random)]).join('');
    if (CLASSES.every((each) => [...each].some((character) => text.includes(character)))) return text;
  }
}

function below(bound: number, random: Random): number {
  const limit = 256 - (256 % bound);
  for (;;) {
    const [byte] = random.bytes(1);
    if (byte !== undefined && byte < limit) return byte % bound;
  }
}
