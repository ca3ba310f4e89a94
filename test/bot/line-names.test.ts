import { describe, expect, test } from '@jest/globals';
import { keysNamed, namesOf } from '../../bot/line-names.js';
import type { ExpectedLine, NamedObject, Plan } from '../../services/model/plan.js';
import { alice, leftOutPlan, plan, projectX } from '../golden/story.js';

const keysOf = (lines: Pick<Plan, 'subjects' | 'operations' | 'expected' | 'leftOut'>): readonly string[] => [
  ...new Set([
    ...lines.expected.map(({ key }) => key),
    ...lines.operations.flatMap((op) => {
      if (op.do === 'update') return op.changes.map(({ key }) => key);
      return op.do === 'link' ? [op.key] : [];
    }),
    ...(lines.leftOut ?? []).map(({ key }) => key),
  ]),
];
const back = (object: NamedObject, kind = 'member'): ExpectedLine => ({
  key: `link:${kind}:${object.id}:${alice.id}`,
  kind: kind as ExpectedLine['kind'],
  object,
  by: 'undelete',
  gives: [],
});

describe('[C2] the lines of a plan by name', () => {
  test.each([
    ['of a preview', plan],
    ['of one that leaves some out', leftOutPlan],
    [
      'when a group is there twice, two groups have one name, and a name is nothing but marks',
      {
        subjects: plan.subjects,
        operations: [],
        expected: [
          back(projectX),
          back(projectX, 'owner'),
          back({
            ...projectX,
            id: 'aaaaaaaa-0000-4000-8000-000000000001' as NamedObject['id'],
            name: 'Twin',
            key: 'one@x',
          }),
          back({
            ...projectX,
            id: 'aaaaaaaa-0000-4000-8000-000000000002' as NamedObject['id'],
            name: 'Twin',
          }),
          back({
            ...projectX,
            id: 'aaaaaaaa-0000-4000-8000-000000000003' as NamedObject['id'],
            name: '\u200b.',
          }),
        ],
      },
    ],
  ])('%s: what a sentence calls a line means that line and no other', (_when, lines) => {
    for (const key of keysOf(lines))
      expect([key, keysNamed(lines, namesOf(lines, [key]))]).toEqual([key, [key]]);
    expect(namesOf(lines, keysOf(lines))).toHaveLength(keysOf(lines).length);
  });

  test('a name in any case, a part of one, or a property by its label', () => {
    expect(namesOf(plan, keysNamed(plan, ['PROJECT X', 'leads', 'department']))).toEqual([
      'Project X',
      'Finance leads',
      'Department',
    ]);
  });

  test('a name of several lines, or of none, is refused with those that there are', () => {
    expect(() => keysNamed(plan, ['finance'])).toThrow(/2 lines/);
    expect(() => keysNamed(plan, ['Nobody'])).toThrow(/No line of this restore is called/);
    expect(() => keysNamed({ ...plan, operations: [], expected: [] }, ['x'])).toThrow(/called "x"/);
  });

  test('a line that the plan does not have is named by its key, which is read back as such', () => {
    const key = `link:member:${projectX.id}:${alice.id}`;
    expect(namesOf({ ...plan, expected: [] }, [key])).toEqual([key]);
    expect(keysNamed(plan, [key])).toEqual([key]);
  });
});
