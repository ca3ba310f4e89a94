import { beforeEach, describe, expect, test } from '@jest/globals';
import type { App } from '../../../bot/app.js';
import { Changes } from '../../../bot/changes.js';
import { BackupFailures } from '../../../bot/channel/backup-failures.js';
import { CardLedger } from '../../../bot/chat/ledger.js';
import type { ChatPort } from '../../../bot/chat/port.js';
import { ChatNotifier } from '../../../bot/notifier.js';
import type { Presenter } from '../../../bot/present.js';
import { noticeView } from '../../../cards/notice/data.js';
import { renderText } from '../../../cards/text.js';
import type { View } from '../../../cards/views.js';
import { catalog } from '../../../services/catalog/index.js';
import { RewindError } from '../../../services/model/errors.js';
import type { SnapshotHeader } from '../../../services/model/history.js';
import { tenantId } from '../../../services/model/ids.js';
import type { ProductEvent } from '../../../services/model/notifier.js';
import type { RestoreRequest } from '../../../services/model/restore.js';
import { FakeClock } from '../../fakes/fake-clock.js';
import { FakeRecordStore } from '../../fakes/fake-records.js';
import { Killed, KillSwitch } from '../../fakes/kill-switch.js';

const TENANT = tenantId('11111111-1111-4111-8111-111111111111');
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** A tenant's channel over many processes: what stands there, in the order in which it was posted. */
class World {
  readonly clock = new FakeClock('2026-11-21T01:00:00.000Z');
  readonly kill = new KillSwitch();
  readonly store = new FakeRecordStore(this.kill);
  readonly stands = new Map<string, View>();
  readonly headers: SnapshotHeader[] = [];
  request: RestoreRequest | null = null;
  errors: string[] = [];
  /** The database does not answer. */
  storeIsAway = false;
  /** What Teams does with a new card, before it stands. */
  onPost: () => void = () => undefined;
  notifier!: ChatNotifier;

  private asked = 0;

  /** @param shortInMs  an outage of the database that ends sooner is no news */
  constructor(private readonly shortInMs = 0) {
    this.start();
  }

  /** A new process over the same database and channel. */
  start(): void {
    const { clock, kill } = this;
    const context = { timeZone: 'Europe/Berlin', now: clock.now(), place: 'channel' } as const;
    const app = {
      clock,
      catalog,
      tenant: TENANT,
      ledger: new CardLedger(this.store),
      backupFailures: this.failures(),
      changes: new Changes(),
      tenantName: async () => 'Contoso',
      config: {
        BOT_SERVICE_HOSTS: 'smba.trafficmanager.net',
        TEAMS_SERVICE_URL: 'https://smba.trafficmanager.net/emea',
        TEAMS_CHANNEL_ID: '19:general',
        TIME_ZONE: 'Europe/Berlin',
      },
      conversations: { ofChannel: async () => null },
      roles: { peopleWith: async () => [] },
      history: {
        newestSnapshot: async () => this.headers.at(-1) ?? null,
        snapshots: async (_tenant: unknown, { limit = 99, notAfter = '9' } = {}) =>
          this.headers
            .filter(({ startedAt }) => startedAt <= notAfter)
            .toReversed()
            .slice(0, limit),
      },
      restore: { get: async () => this.request },
      log: { error: (_fields: unknown, text: string) => this.errors.push(text) },
    } as unknown as App;
    const chat = {
      post: async (_tenant: unknown, _to: unknown, view: View) => {
        this.onPost();
        return kill.around('teams.post', () => {
          const id = `m${this.stands.size + 1}`;
          this.stands.set(id, view);
          return id;
        });
      },
      edit: async (_tenant: unknown, _to: unknown, id: string, view: View) => {
        await kill.around('teams.edit', () => void this.stands.set(id, view));
      },
    } as unknown as ChatPort;
    const told = ({ number }: RestoreRequest): View =>
      noticeView({ text: 'Restore done', notes: [`request ${number}`] }, context);
    const present = { inChannel: told, requestEnded: told } as unknown as Presenter;
    this.notifier = new ChatNotifier(app, chat, present, { lookEveryInMs: 1, shortInMs: this.shortInMs });
  }

  private failures(): BackupFailures {
    const kept = new BackupFailures(this.store);
    const orAway = <T>(work: () => Promise<T>): Promise<T> => {
      this.asked += 1;
      return this.storeIsAway ? Promise.reject(new RewindError('STORE_UNREACHABLE')) : work();
    };
    return {
      keep: (...given: Parameters<BackupFailures['keep']>) => orAway(() => kept.keep(...given)),
      since: (...given: Parameters<BackupFailures['since']>) => orAway(() => kept.since(...given)),
    } as unknown as BackupFailures;
  }

  /** Waits until the database was asked so often from now on. */
  async askedAgain(times: number): Promise<void> {
    for (const until = this.asked + times; this.asked < until;)
      await new Promise((resolve) => setTimeout(resolve, 1));
  }

  async channelHas(count: number): Promise<void> {
    while (this.texts.length < count) await new Promise((resolve) => setTimeout(resolve, 1));
    await this.notifier.settled();
  }

  async tell(event: ProductEvent): Promise<void> {
    await this.notifier.notify(event).catch((error: unknown) => {
      if (!(error instanceof Killed)) throw error;
    });
    await this.notifier.settled();
  }

  async snapshot(status: 'complete' | 'partial' = 'complete'): Promise<void> {
    const at = this.clock.now().toISOString();
    const header = {
      tenant: TENANT,
      seq: this.headers.length + 1,
      status,
      startedAt: at,
      finishedAt: at,
      mode: 'increment',
      parts: {},
      counts: { user: 120 },
      changes: { user: 2 },
      cost: { requests: 9 },
      partialReasons: status === 'partial' ? ['The groups were not read whole'] : [],
    } as unknown as SnapshotHeader;
    this.headers.push(header);
    await this.tell({ event: 'backupFinished', header });
  }

  fail(code = 'GRAPH_UNREACHABLE'): Promise<void> {
    return this.tell({
      event: 'backupFailed',
      tenant: TENANT,
      code,
      text: `${code} it was.`,
      hint: 'Do it.',
    });
  }

  async ends(number: number): Promise<void> {
    this.request = {
      tenant: TENANT,
      id: `r${number}`,
      number,
      rev: 1,
      state: 'done',
    } as unknown as RestoreRequest;
    await this.tell({ event: 'requestChanged', request: this.request });
  }

  /** A new process, and time for what the last one had claimed. */
  async comeBack(): Promise<void> {
    this.kill.revive();
    this.clock.advance(2 * MINUTE);
    this.start();
    await this.tell({ event: 'channelDue', tenant: TENANT });
  }

  get texts(): readonly string[] {
    return [...this.stands.values()].map((view) => renderText(view, { width: 200, colour: false }));
  }
}

describe('[N1] what the channel hears of backups', () => {
  let world: World;
  beforeEach(() => {
    world = new World();
  });

  test('hourly: one card a day, edited in place, with the newest snapshot and the day’s sum', async () => {
    for (let n = 1; n <= 24; n += 1) {
      await world.snapshot();
      world.clock.advance(HOUR);
    }
    expect(world.texts).toHaveLength(2);
    expect(world.texts[0]).toContain('snapshot 22 complete');
    expect(world.texts[0]).toContain('22 snapshots on Sat 21 Nov · 44 changes · nothing unusual');
    expect(world.texts[1]).toContain('snapshot 24 complete');
  });

  test('one a day is one line, as it always was', async () => {
    await world.snapshot();
    expect(world.texts[0]).toContain(
      'Contoso · snapshot 1 complete in under 1 s · 2 changes · nothing unusual',
    );
    expect([...world.stands.values()][0]!.data.buttons.map(({ title }) => title)).toEqual(['What changed']);
  });

  test('failures in a row are one card that counts; the first success after them is a new one that says so', async () => {
    await world.snapshot();
    for (let n = 1; n <= 3; n += 1) {
      world.clock.advance(HOUR);
      await world.fail();
    }
    world.clock.advance(HOUR);
    await world.snapshot();
    world.clock.advance(HOUR);
    await world.snapshot();
    expect(world.texts).toHaveLength(3);
    expect(world.texts[1]).toContain('3 runs in a row, the first Sat 21 Nov 2026, 03:00');
    expect(world.texts[1]).toContain('snapshot 1');
    expect(world.texts[1]).not.toContain('snapshot 2');
    expect(world.texts[2]).toContain('snapshot 3 complete');
    expect(world.texts[2]).toContain('well again after 3 failed runs');
    expect(world.errors).toEqual([]);
  });

  test('partial in the same way again: one card, in full, of the newest', async () => {
    await world.snapshot('partial');
    world.clock.advance(HOUR);
    await world.snapshot('partial');
    expect(world.texts).toHaveLength(1);
    expect(world.texts[0]).toContain('Snapshot 2');
    expect(world.texts[0]).toContain('2 snapshots like it in a row on Sat 21 Nov');
  });

  test('what was told is not edited for nothing, however often it is compared', async () => {
    await world.snapshot();
    await world.fail();
    const effects = world.kill.seen.length;
    await world.tell({ event: 'channelDue', tenant: TENANT });
    await world.tell({ event: 'backupFinished', header: world.headers[0]! });
    expect(world.kill.seen).toHaveLength(effects);
  });

  test('Teams did not take it: it is told when Teams is back', async () => {
    world.onPost = () => {
      throw new RewindError('INTERNAL');
    };
    await world.snapshot();
    await world.fail();
    expect(world.texts).toEqual([]);
    world.onPost = () => undefined;
    await world.tell({ event: 'channelDue', tenant: TENANT });
    expect(world.texts).toHaveLength(2);
  });
});

describe('[N1] the database is away while a backup runs', () => {
  const OUTAGE = 'STORE_UNREACHABLE';

  test('for long: told once when it is back, with the time of the failure; the backup that follows says it is well again', async () => {
    const world = new World();
    await world.snapshot();
    world.clock.advance(HOUR);
    world.storeIsAway = true;
    await world.fail(OUTAGE);
    await world.fail(OUTAGE);
    await world.askedAgain(3);
    expect(world.texts).toHaveLength(1);
    world.clock.advance(30 * MINUTE);
    world.storeIsAway = false;
    await world.channelHas(2);
    await world.snapshot();
    expect(world.texts).toHaveLength(3);
    expect(world.texts[1]).toContain('The database could not be reached, so no backup was taken.');
    expect(world.texts[1]).toContain('The last complete snapshot stands');
    expect(world.texts[2]).toContain('snapshot 2 complete');
    expect(world.texts[2]).toContain('well again after 1 failed run');
    expect(world.errors).toEqual([]);
  });

  test('for a moment: no news, since the queue takes the backup by itself', async () => {
    const world = new World(HOUR);
    world.storeIsAway = true;
    await world.fail(OUTAGE);
    await world.askedAgain(2);
    world.storeIsAway = false;
    await world.askedAgain(1);
    await world.snapshot();
    expect(world.texts).toHaveLength(1);
    expect(world.texts[0]).toContain('snapshot 1 complete');
    expect(world.texts[0]).not.toContain('failed');
  });

  test('a failure of another kind that could not be kept is told when it is back, however short the outage', async () => {
    const world = new World(HOUR);
    world.storeIsAway = true;
    await world.fail();
    await world.askedAgain(2);
    expect(world.texts).toEqual([]);
    world.storeIsAway = false;
    await world.channelHas(1);
    expect(world.texts[0]).toContain('GRAPH_UNREACHABLE it was.');
  });
});

describe('[N1] [R20] killed at any effect of telling the channel', () => {
  /** Each effect of the scenario, and just before or after it. */
  async function atEach(
    scenario: (world: World) => Promise<void>,
    check: (world: World, at: string, label: string, moment: 'before' | 'after') => Promise<void>,
  ): Promise<void> {
    const clean = new World();
    await clean.snapshot();
    const from = clean.kill.seen.length;
    await scenario(clean);
    const to = clean.kill.seen.length;
    expect(to - from).toBeGreaterThan(2);
    for (const moment of ['before', 'after'] as const)
      for (let index = from; index < to; index += 1) {
        const world = new World();
        await world.snapshot();
        world.kill.arm(index, moment);
        await scenario(world);
        const label = world.kill.seen[index]!;
        expect(world.kill.killed).toBe(true);
        await world.comeBack();
        await check(world, `${moment} ${index} (${label})`, label, moment);
      }
  }
  const count = (world: World, text: string): number =>
    world.texts.filter((each) => each.includes(text)).length;

  test('a failure is told by whoever comes next; twice only if Teams had it and nobody could write that down', async () => {
    await atEach(
      async (world) => {
        world.clock.advance(HOUR);
        await world.fail();
      },
      async (world, at, label, moment) => {
        // Before it was kept the job had not ended: the queue runs the backup again, and it fails or does not.
        if (label === 'backupFailures.create' && moment === 'before') return;
        const isUnwritten = label === (moment === 'after' ? 'teams.post' : 'postedCards.update');
        expect([at, count(world, 'GRAPH_UNREACHABLE it was.')]).toEqual([at, isUnwritten ? 2 : 1]);
      },
    );
  });

  test('a digest is never told twice, and what it said is not lost: the next one tells it', async () => {
    await atEach(
      async (world) => {
        world.clock.advance(23 * HOUR);
        await world.snapshot();
      },
      async (world, at) => {
        const own = count(world, 'snapshot 2 complete');
        expect([at, own <= 1]).toEqual([at, true]);
        world.clock.advance(24 * HOUR);
        await world.snapshot();
        expect([at, count(world, 'snapshot 3 complete')]).toEqual([at, 1]);
        const carried = count(world, 'May not have reached this channel: Contoso · snapshot 2 complete');
        expect([at, own + carried >= 1, carried <= 1]).toEqual([at, true, true]);
      },
    );
  });

  test('the end of a restore: never twice, and the day’s digest tells what may not have come', async () => {
    await atEach(
      async (world) => {
        world.clock.advance(MINUTE);
        await world.ends(47);
      },
      async (world, at) => {
        await world.ends(47);
        await world.tell({ event: 'channelDue', tenant: TENANT });
        const own = world.texts.filter((text) => text.startsWith('↩')).length;
        const carried = count(world, 'May not have reached this channel: Restore done · request 47');
        expect([at, own <= 1, carried <= 1, own + carried >= 1]).toEqual([at, true, true, true]);
      },
    );
  });
});
