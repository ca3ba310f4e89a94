/** Sentences of teams/FACTS on what the connector takes and how often, one case each; the title names the section. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { text } from './messages.js';
import type { Json } from './messages.js';
import { openScene } from './scene.js';
import type { Scene } from './scene.js';
import { PEOPLE, TENANT } from './world.js';

let world: Scene;
beforeEach(async () => {
  world = await openScene();
});
afterEach(() => world.close());

const numbered = (count: number) => Array.from({ length: count }, (_, n) => n);

describe('TEAMS §6 rates', () => {
  const statuses = async (count: number, call: () => Promise<{ status: number }>): Promise<number[]> => {
    const found: number[] = [];
    for (const _ of numbered(count)) found.push((await call()).status);
    return found;
  };
  const narrow = (change: Json) => world.control('teams-limits', change);
  const rate = (count: number): Json[] => [{ count, perMs: 600_000 }];

  test('edits, deletions and typing count as sends', async () => {
    const ids: unknown[] = [];
    for (const n of numbered(2)) ids.push((await world.send(text(String(n)))).body.id);
    await narrow({ sendRates: rate(5) });
    const calls = [
      () => world.put(ids[0], text('x')),
      () => world.send({ type: 'typing' }),
      () => world.bot.connector(world.hanna, 'DELETE', `/activities/${String(ids[1])}`),
      () => world.put(ids[0], text('y')),
    ];
    const found: number[] = [];
    for (const call of calls) found.push((await call()).status);
    expect(found).toEqual([200, 202, 200, 429]);
    expect(await world.lastSeen('Hanna')).toMatchObject({ deleted: true });
    const refused = await world.send(text('z'));
    expect(refused).toMatchObject({ status: 429, body: { error: { code: 'Throttled' } } });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
  });

  test('opening conversations is counted by the same figures', async () => {
    await narrow({ sendRates: rate(3) });
    const url = `${world.base}/emea/${TENANT}/v3/conversations`;
    const body = { isGroup: false, tenantId: TENANT, members: [{ id: PEOPLE[1]?.objectId }] };
    expect(await statuses(4, () => world.bot.call(url, 'POST', body))).toEqual([201, 201, 201, 429]);
  });

  test('roster reads and reads of a team’s channels count', async () => {
    const channel = await world.say('Hanna', 'channel');
    await narrow({ readRates: rate(3) });
    const page = () => world.bot.connector(channel, 'GET', '/pagedmembers');
    expect(await statuses(4, page)).toEqual([200, 200, 200, 429]);
    const teamId = encodeURIComponent(String(((channel.channelData as Json).team as Json).id));
    const team = () => world.bot.call(`${channel.serviceUrl}v3/teams/${teamId}/conversations`, 'GET');
    expect(await statuses(4, team)).toEqual([200, 200, 200, 429]);
  });
});

describe('the connector takes no other request', () => {
  const call = (method: string, path: string, body?: unknown) =>
    world.bot.call(`${world.hanna.serviceUrl}v3/${path}`, method, body);
  const here = (): string => `conversations/${encodeURIComponent(world.hanna.conversation.id)}`;

  test.each<[string, string, (here: string) => string]>([
    ['the list of conversations', 'GET', () => 'conversations'],
    ['the history', 'POST', (at) => `${at}/activities/history`],
    ['a conversation itself', 'GET', (at) => at],
    ['an activity', 'GET', (at) => `${at}/activities/1`],
    ['removing a member', 'DELETE', (at) => `${at}/members/29:1`],
    ['something of a team', 'GET', () => 'teams/19:x/unknown'],
    ['attachments', 'POST', () => 'attachments'],
  ])('%s: 404 or 405, and counted', async (_name, method, path) => {
    const body = method === 'POST' ? {} : undefined;
    const { status } = await call(method, path(here()), body);
    expect([400, 404, 405]).toContain(status);
    expect(await world.told()).toHaveLength(1);
  });

  test('an unknown option is counted; a body that is none, and a path that is badly escaped, are 400 and counted', async () => {
    expect((await call('GET', `${here()}/pagedmembers?top=5`)).status).toBe(200);
    expect((await call('POST', `${here()}/activities`, { text: 'x' })).status).toBe(400);
    expect((await call('POST', `${here()}/activities`, [])).status).toBe(400);
    expect((await call('GET', 'conversations/%E0%A4%A/members')).status).toBe(400);
    expect(await world.told()).toHaveLength(4);
  });

  test('a thread or a conversation that is not there is 404, another tenant’s address 403', async () => {
    const channel = await world.say('Hanna', 'channel');
    const lost = { ...channel.conversation, id: `${channel.conversation.id.split(';')[0]};messageid=1` };
    expect((await world.send(text('x'), { ...channel, conversation: lost })).status).toBe(404);
    const elsewhere = {
      ...world.hanna,
      serviceUrl: world.hanna.serviceUrl.replace(TENANT, TENANT.replaceAll('3', '7')),
    };
    expect((await world.send(text('x'), elsewhere)).status).toBe(403);
  });
});

describe('TEAMS §7 new conversations', () => {
  const create = (body: Json, region = 'amer') =>
    world.bot.call(`${world.base}/${region}/${TENANT}/v3/conversations`, 'POST', body);
  const thread = async (change: Json = {}): Promise<Json> => {
    const id = String(((await world.get('/_sandbox/teams-info')).body.channel as Json).id);
    return {
      isGroup: true,
      tenantId: TENANT,
      bot: { id: world.hanna.recipient && (world.hanna.recipient as Json).id },
      channelData: { channel: { id }, tenant: { id: TENANT } },
      activity: text('hello'),
      ...change,
    };
  };
  const foreign = TENANT.replaceAll('3', '7');

  test('a thread is opened with everything that belongs to it', async () => {
    expect((await create(await thread())).status).toBe(201);
  });

  test.each<[string, Json]>([
    ['isGroup false', { isGroup: false }],
    ['no isGroup', { isGroup: undefined }],
    ['another tenant', { tenantId: foreign }],
    ['another bot', { bot: { id: '28:somebody' } }],
    ['a first activity that is none', { activity: { text: 'x' } }],
  ])('%s is 400', async (_name, change) => {
    expect((await create(await thread(change))).status).toBe(400);
    expect(await world.transcript('Mei', 'channel')).toEqual([]);
  });

  test('a tenant in channelData that differs is 400', async () => {
    const wanted = await thread();
    const channelData = { ...(wanted.channelData as Json), tenant: { id: foreign } };
    expect((await create({ ...wanted, channelData })).status).toBe(400);
  });

  test('the result’s id is a thread: what is sent there joins it, and activityId is what to edit', async () => {
    const { body } = await create(await thread());
    const channel = { ...(await world.say('Hanna', 'channel')), serviceUrl: `${world.base}/amer/${TENANT}/` };
    const to = { ...channel, conversation: { ...channel.conversation, id: String(body.id) } };
    await world.send(text('more'), to);
    expect((await world.put(body.activityId, text('hello, edited'), to)).status).toBe(200);
    const seen = (await world.transcript('Mei', 'channel')).filter(
      ({ threadId }) => threadId === body.activityId,
    );
    expect(seen).toMatchObject([{ text: 'hello, edited', edited: true }, { text: 'more' }]);
  });
});
