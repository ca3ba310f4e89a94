import { describe, expect, test } from '@jest/globals';
import { objectId } from '../../../services/model/ids.js';
import type { Log } from '../../../services/model/log.js';
import { ScriptedGraph, collect, connectionError, graphError, guid } from './scripted-graph.js';

const ada = objectId(guid(7));
const GET_ADA = `GET /users/${ada}`;
const body = { id: ada, displayName: 'Ada' };

describe('request pipeline', () => {
  test('sends the token, who we are and a request id to our Graph', async () => {
    const graph = new ScriptedGraph().on(GET_ADA, { body });
    await graph.connect().reader.getObject('user', ada);
    const { headers } = graph.seen[0] ?? {};
    expect(headers?.get('authorization')).toBe('Bearer token-1');
    expect(headers?.get('client-request-id')).toBe(guid(999));
    expect(headers?.get('user-agent')).toBe('entra-rewind/test');
    expect(headers?.get('x-ms-throttle-priority')).toBe('normal');
  });

  test('never sends the token to another host that a next link names', async () => {
    const graph = new ScriptedGraph().on('GET /users', {
      body: { value: [], '@odata.nextLink': 'https://elsewhere.test/v1.0/users?$skiptoken=x' },
    });
    await expect(collect(graph.connect().reader.listObjects('user'))).rejects.toMatchObject({
      code: 'GRAPH_ANSWER_INVALID',
    });
    expect(graph.seen).toHaveLength(1);
  });

  test('backups go at low priority', async () => {
    const graph = new ScriptedGraph().on('GET /users', { body: { value: [] } });
    await collect(graph.connect().reader.listObjects('user'));
    expect(graph.seen[0]?.headers.get('x-ms-throttle-priority')).toBe('low');
  });

  test.each([
    ['a reset connection', connectionError('ECONNRESET')],
    ['a server that is down', connectionError('ECONNREFUSED')],
    ['503', graphError(503, 'serviceNotAvailable', 'busy')],
    ['504 without a body', { status: 504 }],
    ['a gateway page', { status: 502, body: '<html>Bad gateway</html>' }],
  ])('[R21] reads again after %s', async (_, failure) => {
    const graph = new ScriptedGraph().on(GET_ADA, failure, failure, { body });
    expect(await graph.connect().reader.getObject('user', ada)).toMatchObject({ id: ada });
    expect(graph.seen).toHaveLength(3);
    expect(graph.time.slept).toHaveLength(2);
  });

  test('gives up after a bounded number of tries and says that Graph cannot be reached', async () => {
    const graph = new ScriptedGraph().on(GET_ADA, connectionError('ECONNRESET'));
    await expect(graph.connect().reader.getObject('user', ada)).rejects.toMatchObject({
      code: 'GRAPH_UNREACHABLE',
      retryable: true,
    });
    expect(graph.seen).toHaveLength(6);
  });

  test('[R21] waits out Retry-After, not less, and counts the throttling', async () => {
    const throttled = { ...graphError(429, 'TooManyRequests', 'slow down'), headers: { 'retry-after': '7' } };
    const graph = new ScriptedGraph().on(GET_ADA, throttled, { body });
    const { reader } = graph.connect();
    await reader.getObject('user', ada);
    expect(graph.time.now()).toBeGreaterThanOrEqual(7_000);
    expect(reader.cost()).toMatchObject({ requests: 2, throttled: 1 });
  });

  test('a 429 without Retry-After is backed off from', async () => {
    const graph = new ScriptedGraph().on(GET_ADA, graphError(429, 'TooManyRequests', ''), { body });
    await graph.connect().reader.getObject('user', ada);
    expect(graph.time.now()).toBeGreaterThan(0);
  });

  test('throttling without end becomes GRAPH_THROTTLED', async () => {
    const throttled = { ...graphError(429, 'TooManyRequests', ''), headers: { 'retry-after': '300' } };
    const graph = new ScriptedGraph().on(GET_ADA, throttled);
    await expect(graph.connect().reader.getObject('user', ada)).rejects.toMatchObject({
      code: 'GRAPH_THROTTLED',
    });
  });

  test.each(['0', '0.001'])(
    '"come again after %s seconds", for ever, is no hammer, and ends',
    async (value) => {
      const throttled = { ...graphError(429, 'TooManyRequests', ''), headers: { 'retry-after': value } };
      const graph = new ScriptedGraph().on(GET_ADA, throttled);
      await expect(graph.connect().reader.getObject('user', ada)).rejects.toMatchObject({
        code: 'GRAPH_THROTTLED',
      });
      // A quarter of an hour, at half a second and more each.
      expect(graph.time.now()).toBeGreaterThan(14 * 60_000);
      expect(graph.seen.length).toBeLessThan(2_000);
    },
  );

  test('a token that Graph no longer takes is renewed once', async () => {
    const refused = graphError(401, 'InvalidAuthenticationToken', 'Lifetime validation failed.');
    const graph = new ScriptedGraph().on(GET_ADA, refused, { body });
    await graph.connect().reader.getObject('user', ada);
    expect(graph.seen.map(({ headers }) => headers.get('authorization'))).toEqual([
      'Bearer token-1',
      'Bearer token-2',
    ]);
    const always = new ScriptedGraph().on(GET_ADA, refused);
    await expect(always.connect().reader.getObject('user', ada)).rejects.toMatchObject({
      code: 'GRAPH_AUTH',
    });
    expect(always.seen).toHaveLength(2);
  });

  test('a client beside another shares its limits and counts its own costs', async () => {
    const graph = new ScriptedGraph().on(GET_ADA, { body });
    const first = graph.connect();
    const second = graph.connect({ beside: first.client });
    first.client.governor.pause(3_000);
    await second.reader.getObject('user', ada);
    expect(graph.time.now()).toBeGreaterThanOrEqual(3_000);
    expect([first.reader.cost().requests, second.reader.cost().requests]).toEqual([0, 1]);
  });

  test('names the tenant', async () => {
    const graph = new ScriptedGraph().on('GET /organization', {
      body: { value: [{ id: guid(1), displayName: 'Contoso' }] },
    });
    expect(await graph.connect().tenantName()).toBe('Contoso');
  });

  test('counts what Graph charges', async () => {
    const graph = new ScriptedGraph().on(GET_ADA, { body, headers: { 'x-ms-resource-unit': '3' } });
    const { reader } = graph.connect();
    await reader.getObject('user', ada);
    expect(reader.cost()).toEqual({ requests: 1, resourceUnits: 3, writes: 0, throttled: 0 });
  });

  test.each([
    [403, 'Authorization_RequestDenied', 'GRAPH_DENIED'],
    [400, 'Request_BadRequest', 'GRAPH_BAD_REQUEST'],
    [403, 'Directory_QuotaExceeded', 'GRAPH_BAD_REQUEST'],
  ])('%s %s is %s', async (status, code, expected) => {
    const graph = new ScriptedGraph().on(GET_ADA, graphError(status, code, 'Insufficient privileges.'));
    await expect(graph.connect().reader.getObject('user', ada)).rejects.toMatchObject({ code: expected });
  });

  test('[T2] a refusal names what was wanted and the least permission', async () => {
    const graph = new ScriptedGraph().on(GET_ADA, graphError(403, 'Authorization_RequestDenied', 'no'));
    await expect(graph.connect().reader.getObject('user', ada)).rejects.toMatchObject({
      userText: 'Entra answered that this app may not do this (read users).',
      hint: 'An administrator can grant User.Read.All.',
    });
  });

  test('an answer of another shape is refused, not guessed', async () => {
    const graph = new ScriptedGraph().on(GET_ADA, { body: { displayName: 'no id' } });
    await expect(graph.connect().reader.getObject('user', ada)).rejects.toMatchObject({
      code: 'GRAPH_ANSWER_INVALID',
    });
  });

  test('[P3] neither token nor password reaches the log or an error', async () => {
    const lines: string[] = [];
    const keep = (fields: unknown, text: string): void => {
      lines.push(JSON.stringify(fields) + text);
    };
    const log: Log = { debug: keep, info: keep, warn: keep, error: keep };
    const graph = new ScriptedGraph().on(
      'POST /users',
      { ...graphError(429, 'TooManyRequests', ''), headers: { 'retry-after': '1' } },
      graphError(400, 'Request_BadRequest', 'Invalid value for passwordProfile'),
    );
    const { writer } = graph.connect({ log });
    const outcome = await writer.create(
      'user',
      { displayName: 'Erik' },
      { password: 'Sesame-1234' },
      { clientRequestId: guid(5) },
    );
    expect(JSON.stringify([lines, outcome])).not.toMatch(/Sesame|token-1|never-in-a-log/);
  });
});
