import { describe, expect, test } from '@jest/globals';
import { objectId } from '../../../services/model/ids.js';
import { ScriptedGraph, collect, graphError, guid } from './scripted-graph.js';

const [ada, tom, erik, finance] = [7, 8, 9, 20].map((number) => objectId(guid(number)));
const LINK = 'https://graph.test/v1.0/groups/delta?$deltatoken=next';
const TOKEN = '/groups/delta?$deltatoken=now';

const page = (value: readonly unknown[], end: object = { '@odata.deltaLink': LINK }) => ({
  body: { '@odata.context': 'x', value, ...end },
});

describe('delta tokens', () => {
  test('"from now on" selects all properties and links, and keeps no host', async () => {
    const graph = new ScriptedGraph().on('GET /groups/delta', page([]));
    expect(await graph.connect().reader.latestDeltaToken('group')).toBe('/groups/delta?$deltatoken=next');
    const path = graph.seen[0]?.path ?? '';
    expect(path).toMatch(/\$select=id,[\w,]+,members,owners&\$deltatoken=latest$/);
  });

  test('[B10] a tenant without delta is told apart from a refusal', async () => {
    const none = new ScriptedGraph().on('GET /users/delta', graphError(501, 'NotImplemented', ''));
    expect(await none.connect().reader.latestDeltaToken('user')).toBeNull();
    const denied = new ScriptedGraph().on(
      'GET /users/delta',
      graphError(403, 'Authorization_RequestDenied', ''),
    );
    await expect(denied.connect().reader.latestDeltaToken('user')).rejects.toMatchObject({
      code: 'GRAPH_DENIED',
    });
  });

  test.each([
    [
      '410 with a Location',
      { status: 410, headers: { location: 'https://graph.test/v1.0/groups/delta?$deltatoken=' } },
    ],
    ['410 with a body', graphError(410, 'resyncRequired', '')],
    ['400 syncStateNotFound', graphError(400, 'syncStateNotFound', '')],
    [
      '400 with the reason in details',
      graphError(400, 'Request_BadRequest', 'x', [{ code: 'SyncStateNotFound', message: '' }]),
    ],
    ['400 Directory_ExpiredPageToken', graphError(400, 'Directory_ExpiredPageToken', 'expired')],
  ])('[B10] %s means read everything anew', async (_, answer) => {
    const graph = new ScriptedGraph().on('GET /groups/delta', answer);
    await expect(collect(graph.connect().reader.delta('group', TOKEN))).rejects.toMatchObject({
      code: 'DELTA_EXPIRED',
    });
  });

  test('another 400 is an error of ours, not an expired token', async () => {
    const graph = new ScriptedGraph().on(
      'GET /groups/delta',
      graphError(400, 'Request_BadRequest', 'Invalid value.'),
    );
    await expect(collect(graph.connect().reader.delta('group', TOKEN))).rejects.toMatchObject({
      code: 'GRAPH_BAD_REQUEST',
    });
  });
});

describe('delta pages', () => {
  test('[B10] reads a large group over several pages, empty ones between, to the next token', async () => {
    const graph = new ScriptedGraph().on(
      'GET /groups/delta',
      page(
        [
          {
            id: finance,
            displayName: 'Finance all',
            'members@delta': [
              { '@odata.type': '#microsoft.graph.user', id: ada },
              { '@odata.type': '#microsoft.graph.user', id: erik, '@removed': { reason: 'deleted' } },
            ],
            'owners@delta': [{ '@odata.type': '#microsoft.graph.user', id: tom }],
          },
        ],
        { '@odata.nextLink': 'https://graph.test/v1.0/groups/delta?$skiptoken=2' },
      ),
      page([], { '@odata.nextLink': 'https://graph.test/v1.0/groups/delta?$skiptoken=3' }),
      page([{ id: finance, 'members@delta': [{ '@odata.type': '#microsoft.graph.user', id: tom }] }]),
    );
    const pages = await collect(graph.connect().reader.delta('group', TOKEN));
    const link = (kind: string, target: unknown) => ({ kind, source: finance, target, targetType: 'user' });
    expect(pages).toEqual([
      {
        changes: [
          {
            change: 'seen',
            partial: true,
            object: { type: 'group', id: finance, state: 'live', properties: { displayName: 'Finance all' } },
          },
          { change: 'linked', link: link('member', ada) },
          { change: 'unlinked', link: link('member', erik) },
          { change: 'linked', link: link('owner', tom) },
        ],
      },
      { changes: [] },
      {
        changes: [{ change: 'linked', link: link('member', tom) }],
        nextToken: '/groups/delta?$deltatoken=next',
      },
    ]);
    expect(graph.seen[0]?.url).toBe('https://graph.test/v1.0/groups/delta?$deltatoken=now');
  });

  test('[B8] tells the recycle bin from the purge', async () => {
    const graph = new ScriptedGraph().on(
      'GET /users/delta',
      page([
        { id: ada, '@removed': { reason: 'changed' } },
        { id: erik, '@removed': { reason: 'deleted' } },
      ]),
    );
    const [only] = await collect(graph.connect().reader.delta('user', '/users/delta?$deltatoken=x'));
    expect(only?.changes).toEqual([
      { change: 'softDeleted', type: 'user', id: ada },
      { change: 'purged', type: 'user', id: erik },
    ]);
  });

  test('a changed manager is one link gone and one come', async () => {
    const graph = new ScriptedGraph().on(
      'GET /users/delta',
      page([
        {
          id: ada,
          'manager@delta': [
            { '@odata.type': '#microsoft.graph.user', id: tom },
            { '@odata.type': '#microsoft.graph.user', id: erik, '@removed': { reason: 'deleted' } },
          ],
        },
      ]),
    );
    const [only] = await collect(graph.connect().reader.delta('user', '/users/delta?$deltatoken=x'));
    expect(only?.changes.map(({ change }) => change)).toEqual(['linked', 'unlinked']);
  });

  test.each([
    ['a removal for an unknown reason', page([{ id: ada, '@removed': { reason: 'moved' } }])],
    ['a last page without a delta link', page([], {})],
    [
      'a page that names itself as the next',
      page([], { '@odata.nextLink': `https://graph.test/v1.0${TOKEN}` }),
    ],
  ])('[B18] %s is refused, not guessed', async (_, answer) => {
    const graph = new ScriptedGraph().on('GET /groups/delta', answer);
    await expect(collect(graph.connect().reader.delta('group', TOKEN))).rejects.toMatchObject({
      code: 'GRAPH_ANSWER_INVALID',
    });
  });
});
