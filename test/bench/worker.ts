/**
 * Measures the product against a running sandbox. A process of its own, because Node trusts the sandbox's certificate authority only
 * from its start (NODE_EXTRA_CA_CERTS); addresses come as the service's own settings.
 */
import { createBackup } from '../../services/backup/index.js';
import { catalog } from '../../services/catalog/index.js';
import { createDirectory, type GraphDirectory } from '../../services/graph/directory.js';
import type { SnapshotHeader } from '../../services/model/history.js';
import { objectId, tenantId, type ObjectId } from '../../services/model/ids.js';
import type { Log } from '../../services/model/log.js';
import { systemRandom } from '../../services/model/random.js';
import { createHistory } from '../../services/store/history/index.js';
import { createLeases } from '../../services/store/leases.js';
import { compose, type Product } from '../../bot/compose.js';
import { readConfig } from '../../bot/config.js';
import type { Message } from '../../bot/answer.js';
import type { Turn } from '../../bot/turn.js';
import { renderCard } from '../../cards/render.js';
import { median, round, spreadOf, type Figures, type RunFigures } from './figures.js';
import { Recorder } from './recorder.js';

const DRAINS = 3;
const CHANGED_USERS = 40;
const CHANGED_LINKS = 10;
const INCREMENTS = 5;
const ASKS = 40;

const silent: Log = { debug() {}, info() {}, warn() {}, error() {} };
const note = (text: string): void => void process.stderr.write(`${text}\n`);
const tag = () => ({ clientRequestId: systemRandom.guid() });

async function main(): Promise<void> {
  const recorder = new Recorder();
  const env = process.env;
  const tenant = tenantId(env['TENANT_ID'] ?? '');
  const directory = createDirectory(
    {
      graphUrl: env['GRAPH_URL'] ?? '',
      authority: env['AUTHORITY_URL'] ?? '',
      tenantId: tenant,
      clientId: env['CLIENT_ID'] ?? '',
      clientSecret: env['CLIENT_SECRET'] ?? '',
      clientName: 'entra-rewind-bench',
    },
    { log: silent, random: systemRandom, catalog },
  );
  const users = await someUsers(directory, ASKS + CHANGED_USERS);
  const [operator] = users;
  if (operator === undefined) throw new Error('the sandbox has no users');
  const operators = await groupOf(directory, 'bench-operators', [operator.id]);
  const product = await compose(readConfig({ ...env, GROUP_OPERATORS: operators }), silent);
  try {
    const backup = createBackup({
      directoryOf: () => directory.reader,
      history: createHistory(product.store.db),
      catalog,
      clock: product.app.clock,
      leases: createLeases(product.store.db, product.app.clock),
      notifier: { notify: async () => undefined },
      log: silent,
      random: systemRandom,
    });
    const isGraph = (url: string): boolean => url.startsWith(env['GRAPH_URL'] ?? '');
    const measured = async (): Promise<{ header: SnapshotHeader; figures: RunFigures }> => {
      const begin = performance.now();
      const cpuBefore = process.cpuUsage();
      const { result: header, requests } = await recorder.record(
        () => backup.run(tenant, { trigger: 'terminal' }),
        isGraph,
      );
      const inMs = performance.now() - begin;
      const cpu = process.cpuUsage(cpuBefore);
      const drains: { inMs: number; bytes: number }[] = [];
      for (let time = 0; time < DRAINS; time += 1) drains.push(await recorder.replay(requests));
      const drainInMs = median(drains.map((drain) => drain.inMs));
      return {
        header,
        figures: {
          inMs: round(inMs),
          drainInMs: round(drainInMs),
          ratio: round(inMs / drainInMs, 2),
          cpuInMs: round((cpu.user + cpu.system) / 1_000, 0),
          requests: header.cost.requests,
          resourceUnits: header.cost.resourceUnits,
          megabytes: round((drains[0]?.bytes ?? 0) / 1e6, 2),
        },
      };
    };

    const first = await measured();
    note(`first backup: ${first.figures.inMs} ms, ${first.figures.ratio} times the draining`);
    const increments: RunFigures[] = [];
    for (let round = 0; round < INCREMENTS; round += 1) {
      await change(directory, users.slice(ASKS), operators, round);
      increments.push((await measured()).figures);
    }
    const increment = increments.sort((a, b) => a.inMs - b.inMs)[Math.floor(INCREMENTS / 2)] as RunFigures;
    note(`increment: ${increment.inMs} ms, ${increment.ratio} times the draining`);

    const asked = users.slice(0, ASKS).map(({ upn }) => upn);
    const turn = turnOf(product, operator);
    const show = await each(asked, (upn) => cardsOf(product.router.say(turn, `show user ${upn}`)));
    note(`show user: p95 ${spreadOf(show).p95} ms`);
    const { options, preview } = await restores(product, turn, asked, first.header.seq);
    note(`restore preview: p95 ${spreadOf(preview).p95} ms`);

    const { counts } = first.header;
    const figures: Figures = {
      population: {
        users: counts['user'] ?? 0,
        groups: counts['group'] ?? 0,
        links: catalog.links.reduce((sum, { kind }) => sum + (counts[kind] ?? 0), 0),
        seed: Number(env['BENCH_SEED'] ?? 0),
      },
      firstBackup: {
        ...first.figures,
        usersPerSecond: round(((counts['user'] ?? 0) / first.figures.inMs) * 1_000, 0),
      },
      increment: { ...increment, changes: CHANGED_USERS + CHANGED_LINKS },
      showUser: spreadOf(show),
      restoreOptions: spreadOf(options),
      restorePreview: spreadOf(preview),
      peakMemoryInMb: round(process.resourceUsage().maxRSS / 1_024, 0),
    };
    process.stdout.write(`${JSON.stringify(figures)}\n`);
  } finally {
    await product.close();
  }
}

interface BenchUser {
  readonly id: ObjectId;
  readonly name: string;
  readonly upn: string;
}

/** Ordinary, live people of the seeded population. */
async function someUsers(directory: GraphDirectory, count: number): Promise<readonly BenchUser[]> {
  const found: BenchUser[] = [];
  for await (const { objects } of directory.reader.listObjects('user')) {
    for (const { id, properties } of objects) {
      if (properties['userType'] !== 'Member' || properties['onPremisesSyncEnabled'] === true) continue;
      found.push({
        id,
        name: String(properties['displayName']),
        upn: String(properties['userPrincipalName']),
      });
    }
    if (found.length >= count) break;
  }
  return found.slice(0, count);
}

async function groupOf(
  directory: GraphDirectory,
  name: string,
  members: readonly ObjectId[],
): Promise<ObjectId> {
  const body = {
    displayName: name,
    mailNickname: name,
    mailEnabled: false,
    securityEnabled: true,
    groupTypes: [],
  };
  const made = await directory.writer.create('group', body, {}, tag());
  if (!made.created) throw new Error(`the sandbox refused the group ${name}: ${JSON.stringify(made)}`);
  await directory.writer.link('member', made.created.id, members, tag());
  return made.created.id;
}

/** What happens in a tenant between two backups: a few properties, a few memberships. */
async function change(
  directory: GraphDirectory,
  users: readonly BenchUser[],
  group: ObjectId,
  round: number,
): Promise<void> {
  await Promise.all(
    users.map(({ id }) => directory.writer.update('user', id, { department: `Bench ${round}` }, tag())),
  );
  const members = users.slice(0, CHANGED_LINKS);
  if (round % 2 === 0)
    await directory.writer.link(
      'member',
      group,
      members.map(({ id }) => id),
      tag(),
    );
  else await Promise.all(members.map(({ id }) => directory.writer.unlink('member', group, id, tag())));
}

const turnOf = (product: Product, { id, name, upn }: BenchUser): Turn => ({
  tenant: product.app.tenant,
  person: { tenant: product.app.tenant, objectId: objectId(id), name, upn },
  door: 'text',
  place: 'personal',
  timeZone: 'Europe/Berlin',
  reference: 'bench',
});

/** Renders the answer as Teams would get it; an answer without a card is a failure of the benchmark. */
async function cardsOf(answer: Promise<readonly Message[]>): Promise<readonly Message[]> {
  const messages = await answer;
  if (messages.length === 0) throw new Error('no card came back');
  for (const { view } of messages) renderCard(view);
  return messages;
}

async function each(
  items: readonly string[],
  work: (item: string) => Promise<unknown>,
): Promise<readonly number[]> {
  const times: number[] = [];
  for (const item of items) {
    const begin = performance.now();
    await work(item);
    times.push(performance.now() - begin);
  }
  return times;
}

/** The two steps of the headline up to the preview, for every user, each timed by itself. */
async function restores(
  product: Product,
  turn: Turn,
  upns: readonly string[],
  seq: number,
): Promise<{ options: readonly number[]; preview: readonly number[] }> {
  const options: number[] = [];
  const preview: number[] = [];
  for (const upn of upns) {
    const asked = performance.now();
    const [card] = await cardsOf(
      product.router.say(turn, `restore user ${upn} from snapshot ${seq} with memberships`),
    );
    options.push(performance.now() - asked);
    const id = card?.subject?.id;
    if (id === undefined) throw new Error(`no request was opened for ${upn}`);
    const clicked = performance.now();
    const { replace, post } = await product.router.act(turn, 'restore.preview', { id });
    await cardsOf(Promise.resolve([...(replace ? [replace] : []), ...(post ?? [])]));
    preview.push(performance.now() - clicked);
    await product.router.act(turn, 'restore.cancel', { id });
  }
  return { options, preview };
}

await main();
