import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AuditEntry } from '../../services/model/audit.js';
import type { JournalEntry, RestoreRequest } from '../../services/model/restore.js';
import { newGroup, newUser } from '../harness/newcomers.js';
import { choiceOf, visible, type Seen } from '../harness/people.js';
import { Restoring } from '../harness/restoring.js';
import { carriedIn } from './channel-digest.js';
import { KillRig, NEVER, type KillPoint } from './kill-rig.js';
import { StoreAfter } from './store-after.js';
import { until } from './take-over-rig.js';
import { FULL, losesNews, nameOf, pointsOf, stepsOf, stepsOfBoth, tell, type Step } from './sweep.js';

const [HANNA, ARUN, MEI, TOM] = ['Hanna Berg', 'Arun Patel', 'Mei Lin', 'Tom Okafor'];
const GROUPS = ['Kill one', 'Kill two'];
/** One user a kill point, so that all of them share one tenant. */
const USERS = FULL ? 150 : 30;
/** What the clock or the chance of two redraws decides may not come in a run: it gets so many. */
const TRIES = 3;
/** Longer than a claim on a card holds, so that whatever is to be posted again is. */
const LATER = '2m';

type Kind = 'undelete' | 'recreate';
const KINDS: readonly Kind[] = ['undelete', 'recreate'];
interface Subject {
  readonly kind: Kind;
  readonly upn: string;
  readonly name: string;
}

const subjects = KINDS.flatMap((kind) =>
  Array.from({ length: USERS }, (_, index): Subject => {
    const number = String(index).padStart(3, '0');
    return { kind, upn: `${kind}${number}@contoso.example`, name: `Kill ${kind} ${number}` };
  }),
);

let rig: KillRig;
let point = 0;
const restoredNames: string[] = [];

beforeAll(async () => {
  rig = await KillRig.open(join(tmpdir(), `rewind-kill-${process.pid}.json`));
  const { world } = rig;
  for (const displayName of GROUPS) await world.damage(newGroup(displayName));
  for (const { upn, name } of subjects)
    await world.damage(
      newUser(name, upn),
      { do: 'setManager', user: upn, manager: TOM },
      ...GROUPS.map((group) => ({ do: 'addMember', group, member: upn })),
    );
  await world.people.ask('Sofia Rossi', 'backup now', 'Backup of Contoso');
  await world.people.see('Sofia Rossi', {}, 'snapshot 2');
  point = 2;
  for (const { upn, name, kind } of subjects)
    await world.damage(
      ...(kind === 'recreate'
        ? []
        : [
            { do: 'patchUser', user: upn, set: { department: 'TBD' } },
            ...GROUPS.map((group) => ({ do: 'removeMember', group, member: upn })),
          ]),
      { do: 'deleteUser', user: upn },
      ...(kind === 'recreate' ? [{ do: 'purge', object: name }] : []),
    );
}, 240_000);

afterAll(() => rig?.world.close());

interface Restored {
  readonly subject: Subject;
  /** The request's number. */
  readonly number: string;
  /** The requester's card. */
  readonly mine: Seen;
  /** False: the run ended before it came to the point. */
  readonly killed: boolean;
  /** False: the news for the channel died with the process that had claimed them, and the digest tells them instead. */
  readonly isHeard: boolean;
  readonly steps: readonly Step[];
}

/** The headline for one user of this kind, killed at `at` (or not), up to its end. @param steps  of a run that nobody kills */
async function restored(subject: Subject, at: KillPoint, steps: readonly Step[] = []): Promise<Restored> {
  const { people, directory } = rig.world;
  const hanna = new Restoring(people, HANNA!);
  const preview = await hanna.preview(
    `restore user ${subject.upn} from snapshot ${point} with memberships and manager`,
  );
  const { mine, theirs } = await hanna.ask(preview, ARUN!);
  const number = /request (\d+)/.exec(mine.cardText ?? '')?.[1] ?? '?';
  await people.see(MEI!, { in: 'personal' }, 'Hanna Berg asks', subject.name);
  // Else its post would be a step of some runs only.
  await people.see(HANNA!, { in: 'channel' }, 'A request waits', `request ${number}`);
  rig.arm(at);
  const approve = (): Promise<unknown> => people.click(ARUN!, theirs, 'Approve');
  // Whoever dies may owe the answer to the click; the one who got none clicks again, which must not do it twice.
  if (at.nth === 0) await approve();
  else await approve().catch(() => undefined);
  const killed = at.nth > 0 && (await rig.isKilledWithin(12_000));
  if (killed) {
    await rig.world.stage.restartService();
    await approve().catch(() => undefined);
  }
  await cameBack(mine, killed);
  for (const approver of [ARUN, MEI])
    await people.see(approver!, { in: 'personal' }, subject.name, 'is back');
  const isHeard = !(killed && losesNews(steps, at));
  if (isHeard) await people.see(HANNA!, { in: 'channel' }, 'Restore done', `request ${number}`);
  if (at.nth === 0) await rig.untilQuiet();
  rig.disarm();
  restoredNames.push(subject.name);
  expect(await directory.user(subject.upn)).toMatchObject({ department: 'Finance', accountEnabled: true });
  expect(await directory.groupsOf(subject.upn)).toEqual(GROUPS);
  expect(await directory.managerOf(subject.upn)).toBe(TOM);
  return { subject, number, mine, killed, isHeard, steps: stepsOf(rig.noted()) };
}

/** Whoever finds a create that was sent, and knows no more, looks for a minute before it sends a second one: that minute passes here. */
async function cameBack(card: Seen, killed: boolean): Promise<void> {
  const isBack = rig.world.people.see(HANNA!, { id: card.id }, 'is back').then(() => true);
  const tick = (): Promise<boolean> => new Promise((resolve) => setTimeout(() => resolve(false), 1_000));
  while (!(await Promise.race([isBack, tick()]))) if (killed) await rig.world.advance('20s');
}

/** Nobody is there twice, and nobody's card or message is, also when what was claimed and not posted has had its time. */
async function nothingTwice({ subject, number, isHeard }: Restored): Promise<void> {
  const { people, directory } = rig.world;
  await rig.world.advance(LATER);
  await rig.terminal('status');
  for (const person of [HANNA, ARUN, MEI]) {
    const about = (await people.sees(person!, { in: 'personal' })).filter(
      (one) => one.fromBot && visible(one).includes(subject.name) && !visible(one).includes('Hand-over'),
    );
    expect([person, about.map((one) => visible(one).split('\n')[0])]).toEqual([person, [expect.any(String)]]);
  }
  const ofThis = new RegExp(`request ${number}\\b`);
  const carried = async (): Promise<readonly string[]> =>
    carriedIn((await people.sees(HANNA!, { in: 'channel' })).map(visible)).filter((text) =>
      ofThis.test(text),
    );
  if (!isHeard) await until('the digest tells it', async () => (await carried()).length > 0);
  // Whoever died after Teams had it may have been told there and here.
  expect((await carried()).length).toBeLessThanOrEqual(1);
  const inChannel = (await people.sees(HANNA!, { in: 'channel' }))
    .map(visible)
    .filter((text) => ofThis.test(text) && !text.startsWith('◉'));
  expect(inChannel.map((text) => text.split(':')[0])).toEqual([
    expect.stringContaining('A request waits'),
    ...(isHeard ? [expect.stringContaining('Restore done')] : []),
  ]);
  for (const group of GROUPS) {
    const members = (await directory.membersOf(group)).filter((name) => name === subject.name);
    expect(members).toEqual([subject.name]);
  }
  const again = await rig.terminal(
    `restore user ${subject.upn} from snapshot ${point} with memberships and manager`,
  );
  expect(again.text).toContain('Nothing to restore');
}

/** The one credential of a recreated account reaches the one who is named, once. */
async function handedOver({ subject, mine }: Restored): Promise<void> {
  const { people } = rig.world;
  const since = await people.say(HANNA!, 'status');
  await people.click(HANNA!, mine, 'Hand over a pass');
  const form = await people.see(HANNA!, { since }, 'Hand over a one-time pass', subject.name);
  await people.click(HANNA!, form, 'Hand over', {
    recipient: choiceOf(form, TOM!),
    proof: 'callBack',
    note: 'called',
  });
  const card = await people.see(TOM!, { in: 'personal' }, subject.name, 'Show once');
  const shown = await people.click(TOM!, card, 'Show once');
  expect(/"codeSnippet":"([^"]+)"/.exec(JSON.stringify(shown.dialog))?.[1]?.length).toBeGreaterThan(7);
  await people.dialog(TOM!);
  await people.see(TOM!, { id: card.id }, 'has seen');
  const tomsCards = (await people.sees(TOM!, { in: 'personal' })).filter((one) =>
    visible(one).includes(subject.name),
  );
  expect(tomsCards).toHaveLength(1);
}

describe.each(KINDS)(
  '[R20] the service killed in the middle of a restore (%s), and started again',
  (kind) => {
    const mine = subjects.filter((subject) => subject.kind === kind);
    const next = (): Subject => mine.shift()!;
    let steps: readonly Step[] = [];

    test('two runs that nobody kills, to know the steps of every run', async () => {
      const runs: Restored[] = [];
      for (let count = 1; count <= 2; count += 1) {
        const run = await restored(next(), NEVER);
        await nothingTwice(run);
        if (kind === 'recreate') await handedOver(run);
        runs.push(run);
      }
      steps = stepsOfBoth(runs[0]!.steps, runs[1]!.steps);
      const journal = steps.filter(({ what }) => what.startsWith('journal '));
      const calls = steps.filter(({ what }) => /^(POST|PATCH|DELETE|PUT) /.test(what));
      expect(journal.length).toBeGreaterThan(8);
      expect(calls.length).toBeGreaterThan(1);
      expect(steps.some(({ what }) => what === 'teams put')).toBe(true);
    }, 120_000);

    test('at every point it ends in the right state, and nothing is there twice', async () => {
      // Every answer of Graph is lost once, and the news for the channel on their way there; the others are spread over the run.
      const always = ({ what }: Step, moment: KillPoint['moment']): boolean =>
        moment === 'after' ? /^(POST|PATCH|DELETE|PUT) /.test(what) : what === 'teams post';
      const points = pointsOf(steps, kind === 'undelete' ? 11 : 10, always);
      const walked: string[] = [];
      const neverReached: string[] = [];
      for (const at of points) {
        const label = nameOf(at);
        for (let attempt = 1; ; attempt += 1) {
          const run = await restored(next(), at, steps)
            .then(async (end) => {
              await nothingTwice(end);
              if (kind === 'recreate') await handedOver(end);
              return end;
            })
            .catch((cause: unknown) => {
              throw new Error(`killed ${label}`, { cause });
            });
          tell(label, run.killed ? 'killed, and whole' : 'not reached');
          if (run.killed) walked.push(label);
          else if (attempt < TRIES) continue;
          else neverReached.push(label);
          break;
        }
      }
      process.stdout.write(
        `${kind}: ${walked.length} of ${points.length} points walked (${steps.length} steps)${neverReached.map((label) => `\n  never reached: ${label}`).join('')}\n`,
      );
      expect(walked.length + neverReached.length).toBe(points.length);
      // How often a card is redrawn and noted, and progress is stored, is a matter of time; every other step comes in every run.
      expect(
        neverReached.filter(
          (label) =>
            !/ (postedCards|requests) update | postedCards insert (request|approval) | teams put /.test(
              label,
            ),
        ),
      ).toEqual([]);
    }, 7_200_000);
  },
);

describe('[R20] after all of it', () => {
  test('Graph saw no wrong request, and Teams no wrong card', async () => {
    const { people } = rig.world;
    const report = await people.ask('Sofia Rossi', 'verify', 'Audit');
    expect(visible(report)).toContain('all holds');
    const findings = await rig.world.findings();
    expect(findings.graphViolations).toEqual([]);
    expect(findings.cardViolations).toEqual([]);
  });

  test('every request is told and settled: the end once, no gap in the audit, every index equals its documents', async () => {
    const after = await StoreAfter.of(rig.world);
    try {
      await after.expectWholeHistory();
      await after.expectSettledRecords();
      const journal = await after.all<JournalEntry>('journal');
      expect(journal.filter(({ state }) => state !== 'settled')).toEqual([]);
      const audit = await after.all<AuditEntry>('audit');
      const requests = (await after.all<RestoreRequest>('requests')).filter(({ state }) => state === 'done');
      expect(requests.map(({ subjects: [subject] }) => subject!.name).sort()).toEqual(
        [...restoredNames].sort(),
      );
      for (const request of requests) {
        const told = audit.filter(({ requestId }) => requestId === request.id);
        const count = (kind: string): number => told.filter((entry) => entry.kind === kind).length;
        expect([
          request.subjects[0]!.name,
          count('approval.approved'),
          count('restore.started'),
          count('restore.finished'),
        ]).toEqual([request.subjects[0]!.name, 1, 1, 1]);
        for (const { operationId } of journal.filter(({ requestId }) => requestId === request.id))
          expect(told.some(({ details }) => details['operation'] === operationId)).toBe(true);
      }
      const numbers = (await after.all<RestoreRequest>('requests')).map(({ number }) => number);
      expect(new Set(numbers).size).toBe(numbers.length);
    } finally {
      await after.close();
    }
  }, 60_000);
});
