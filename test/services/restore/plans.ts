import type { Plan, RestoreOptions } from '../../../services/model/plan.js';
import { World } from './world.js';

/** What each operation does, in the order of applying. */
export const kinds = (plan: Plan): string[] => plan.operations.map((op) => op.do);

/** The findings, by code. */
export const codes = (plan: Plan): string[] => plan.findings.map(({ code }) => code);

/** The links that are added, or taken away, by name: `member: Lab → Ada`; sorted. */
export const linkNames = (plan: Plan, what: 'link' | 'unlink'): string[] =>
  plan.operations
    .flatMap((op) =>
      op.do === what && 'sourceName' in op
        ? [`${op.kind}: ${op.sourceName.name} → ${op.targetName.name}`]
        : [],
    )
    .sort();

/** The plan of the way back to snapshot `seq`. */
export const planOf = async (
  world: World,
  name: string,
  seq: number,
  options: Partial<RestoreOptions> = {},
): Promise<Plan> => (await world.preview(name, seq, options)).plan;

/** Ada in one group, one snapshot. */
export function small(): World {
  const world = new World();
  world.user('Ada', {
    department: 'Research',
    jobTitle: 'Engineer',
    city: 'Paris',
    otherMails: ['b@x.example', 'a@x.example'],
  });
  world.user('Bob');
  world.group('Lab');
  world.group('Club');
  world.join('Lab', 'Ada');
  world.history.take('2026-11-20T01:00:00.000Z');
  return world;
}
