import { isLook, NEVER, type KillPoint } from './kill-rig.js';

/** Every point of a run has to come true; FULL_SWEEP=1 walks them all, else a few are spread over the run. */
export const FULL = process.env['FULL_SWEEP'] === '1';

/** A part of the full sweep, to walk a failure again by itself: SWEEP_ONLY='before journal update' walks the points of such names. */
const ONLY = process.env['SWEEP_ONLY'];

export const WHOLE = FULL && ONLY === undefined;

/** Says of a full sweep how far it is, since it takes the better part of an hour. */
export function tell(label: string, outcome: string): void {
  if (FULL) process.stdout.write(`  ${new Date().toISOString().slice(11, 19)} ${label}: ${outcome}\n`);
}

/** A write of a run that was noted: what it is, and the how manieth of its kind. */
export interface Step {
  readonly what: string;
  readonly nth: number;
}

/** The steps of a run in their order, by their names, so that another run can be ended at the same one. */
export function stepsOf(noted: readonly string[]): readonly Step[] {
  const counts = new Map<string, number>();
  return noted
    .filter((what) => !isLook(what))
    .map((what) => {
      const nth = (counts.get(what) ?? 0) + 1;
      counts.set(what, nth);
      return { what, nth };
    });
}

/** The steps that both of two runs have: what only one of them had is a matter of time, or comes once in a tenant's life. */
export const stepsOfBoth = (one: readonly Step[], other: readonly Step[]): readonly Step[] =>
  one.filter((step) => other.some(({ what, nth }) => what === step.what && nth === step.nth));

const sideOf = (what: string): KillPoint['on'] =>
  what.startsWith('teams ') ? 'teams' : /^(POST|PATCH|PUT|DELETE) /.test(what) ? 'graph' : 'db';

const exactly = (what: string): string => `^${what.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`;

/** Whether the point is at a step that comes before the first of this kind. */
export function isBefore(steps: readonly Step[], point: KillPoint, kind: RegExp): boolean {
  const first = steps.findIndex(({ what }) => kind.test(what));
  return steps.some(
    (step, index) => index < first && exactly(step.what) === point.match && step.nth === point.nth,
  );
}

/** Ends the process just before this step is sent, or just after it was answered. */
export const killAt = ({ what, nth }: Step, moment: KillPoint['moment']): KillPoint => ({
  ...NEVER,
  on: sideOf(what),
  match: exactly(what),
  nth,
  moment,
});

/** What is sent to others: whether its answer was heard or not are two things. In the database a step's after is the next one's before. */
const isSent = ({ what }: Step): boolean => sideOf(what) !== 'db';

/**
 * Before every step, after every one that is sent to Graph or Teams, and after the last. With FULL_SWEEP=1 all of them, or those that
 * SWEEP_ONLY names; else `always` and as many more as make `atMost`, evenly spread over the run.
 */
export function pointsOf(
  steps: readonly Step[],
  atMost: number,
  always: (step: Step, moment: KillPoint['moment']) => boolean = () => false,
): readonly KillPoint[] {
  const moments = steps.flatMap((step, index) => {
    const isLast = index === steps.length - 1;
    const both = isSent(step) || isLast || always(step, 'after');
    return (both ? (['before', 'after'] as const) : (['before'] as const)).map((moment) => ({
      point: killAt(step, moment),
      kept: FULL || always(step, moment),
    }));
  });
  const others = moments.filter(({ kept }) => !kept);
  const room = Math.max(0, atMost - (moments.length - others.length));
  const spread = new Set(others.filter((_, index) => isChosen(index, others.length, room)));
  return moments
    .filter((each) => each.kept || spread.has(each))
    .map(({ point }) => point)
    .filter((point) => ONLY === undefined || new RegExp(ONLY).test(nameOf(point)));
}

/** `room` of `length` indexes, evenly spread. */
const isChosen = (index: number, length: number, room: number): boolean =>
  Math.floor(((index + 1) * room) / length) > Math.floor((index * room) / length);

/**
 * Claimed for the channel, and not posted yet: whoever comes after cannot know that, and leaves it, since news must not come twice (the
 * digest tells it). What is posted before any such claim is the answer to a sentence, and no news.
 */
export const losesNews = (steps: readonly Step[], point: KillPoint): boolean =>
  point.on === 'teams' &&
  point.match.includes('post') &&
  point.moment === 'before' &&
  !isBefore(steps, point, /^postedCards insert channel$/);

export const nameOf = ({ match, nth, moment }: KillPoint): string =>
  `${moment} ${match.replace(/[\\^$]/g, '')} ${nth}`;
