import { expect, test } from '@jest/globals';
import { titlesIn } from './titles.js';

test('titles are seen as they are stated, tables among them', () => {
  expect(
    titlesIn(`
      describe('a group', () => {
        test("it's [R1] plain", () => {});
        it(\`[R2] of \${what}\`, () => {});
        test.each([['(', 1], [\`)\`, f(2)]] as const)(
          '[R3] a table in brackets: %s',
          async () => {},
        );
        test.each<[string, Doc]>([])('[R4] a typed one', () => {});
        test.each\`a | b\`('[R5] a template', () => {});
        describe.each(cases)('[R6] a group of each', () => {});
      });`),
  ).toEqual([
    'a group',
    "it's [R1] plain",
    '[R2] of ${what}',
    '[R3] a table in brackets: %s',
    '[R4] a typed one',
    '[R5] a template',
    '[R6] a group of each',
  ]);
});

test('what is skipped, to do, said in a comment or called otherwise is no title', () => {
  expect(
    titlesIn(`
      // test('[R1] once', () => {});
      test.skip('[R2] not now', () => {});
      test.skip.each([1])('[R3] not now either', () => {});
      test.todo('[R4] later');
      latest('[R5] another word');
      test(name, () => {});`),
  ).toEqual([]);
});
