import { describe, expect, test } from '@jest/globals';
import { objectId } from '../../../services/model/ids.js';
import { ScriptedGraph, collect, graphError, guid } from './scripted-graph.js';

const [ada, tom, erik] = [7, 8, 9].map((number) => objectId(guid(number))) as [never, never, never];
const payroll = objectId(guid(20));
const NOT_FOUND = graphError(404, 'Request_ResourceNotFound', 'Resource does not exist.');

describe('lists', () => {
  test('[B10] follows next links verbatim, empty pages too, with the manager riding along', async () => {
    const next = 'https://graph.test/v1.0/users?%24skiptoken=a%2Fb%3D&$select=id';
    const last = 'https://graph.test/v1.0/users?%24skiptoken=c';
    const graph = new ScriptedGraph().on(
      'GET /users',
      {
        body: { value: [{ id: ada, department: 'Finance', manager: { id: tom } }], '@odata.nextLink': next },
      },
      { body: { value: [], '@odata.nextLink': last } },
      { body: { value: [{ id: tom, manager: null }] } },
    );
    const pages = await collect(graph.connect().reader.listObjects('user'));
    expect(pages.flatMap(({ objects }) => objects.map(({ id }) => id))).toEqual([ada, tom]);
    expect(pages.flatMap(({ links }) => links)).toEqual([{ kind: 'manager', source: ada, target: tom }]);
    expect(graph.seen[1]?.url).toBe(next);
    expect(graph.seen[2]?.url).toBe(last);
    expect(graph.seen[0]?.path).toMatch(/\$expand=manager\(\$select=id\)&\$top=999$/);
  });

  test('[B18] a next link that leads back is an error, not an endless reading', async () => {
    const graph = new ScriptedGraph().on('GET /groups', {
      body: { value: [], '@odata.nextLink': 'https://graph.test/v1.0/groups?$skiptoken=x' },
    });
    await expect(collect(graph.connect().reader.listObjects('group'))).rejects.toMatchObject({
      code: 'GRAPH_ANSWER_INVALID',
    });
    expect(graph.seen).toHaveLength(2);
  });

  test('[R12] keeps what an answer does not name unknown, null and [] empty', async () => {
    const graph = new ScriptedGraph().on(`GET /users/${ada}`, {
      body: { id: ada, department: null, businessPhones: [], proxyAddresses: null, surname: '' },
    });
    const object = await graph.connect().reader.getObject('user', ada);
    expect(object?.properties).toEqual({
      department: null,
      businessPhones: [],
      proxyAddresses: [],
      surname: '',
    });
  });

  test('[B10] collections come sorted and without annotations, so that order is never a difference', async () => {
    const graph = new ScriptedGraph().on(`GET /users/${ada}`, {
      body: {
        id: ada,
        otherMails: ['b@x', 'a@x'],
        employeeOrgData: {
          '@odata.type': '#microsoft.graph.employeeOrgData',
          division: 'D',
          costCenter: null,
        },
      },
    });
    const object = await graph.connect().reader.getObject('user', ada);
    expect(object?.properties).toEqual({
      otherMails: ['a@x', 'b@x'],
      employeeOrgData: { division: 'D', costCenter: null },
    });
  });

  test('[B8] reads the recycle bin with the day of deletion and the UPN that was', async () => {
    const graph = new ScriptedGraph().on('GET /directory/deletedItems/microsoft.graph.user', {
      body: {
        value: [
          {
            id: erik,
            deletedDateTime: '2026-11-18T10:00:00Z',
            userPrincipalName: `${String(erik).replaceAll('-', '')}erik@contoso.example`,
          },
        ],
      },
    });
    expect((await collect(graph.connect().reader.listDeleted('user')))[0]?.objects).toEqual([
      {
        type: 'user',
        id: erik,
        state: 'softDeleted',
        deletedAt: '2026-11-18T10:00:00Z',
        properties: { userPrincipalName: 'erik@contoso.example' },
      },
    ]);
  });

  test('counts with the header that $count needs', async () => {
    const graph = new ScriptedGraph().on('GET /users/$count', { body: '120' });
    expect(await graph.connect().reader.countObjects('user')).toBe(120);
    expect(graph.seen[0]?.headers.get('consistencylevel')).toBe('eventual');
  });
});

describe('links', () => {
  test('[B2] reads members of every type, beyond one page', async () => {
    const graph = new ScriptedGraph().on(
      `GET /groups/${payroll}/members`,
      {
        body: {
          value: [{ id: ada, '@odata.type': '#microsoft.graph.user' }],
          '@odata.nextLink': `https://graph.test/v1.0/groups/${payroll}/members?$skiptoken=2`,
        },
      },
      { body: { value: [{ id: guid(40), '@odata.type': '#microsoft.graph.device' }] } },
    );
    const links = (await collect(graph.connect().reader.listLinks('member', payroll))).flat();
    expect(links).toEqual([
      { kind: 'member', source: payroll, target: ada, targetType: 'user' },
      { kind: 'member', source: payroll, target: guid(40), targetType: 'device' },
    ]);
  });

  test('many sources go in batches of 20; a missing source is named, never read as empty', async () => {
    const sources = Array.from({ length: 45 }, (_, index) => objectId(guid(100 + index)));
    const graph = new ScriptedGraph();
    for (const [index, source] of sources.entries())
      graph.on(`GET /groups/${source}/members`, index === 3 ? NOT_FOUND : { body: { value: [{ id: ada }] } });
    const found = await collect(graph.connect().reader.listLinksOf('member', sources));
    expect(found.map(({ source }) => source)).toEqual(sources);
    expect(found[3]).toEqual({ source: sources[3], links: [], missing: true });
    expect(found[4]?.links).toHaveLength(1);
    expect(graph.paths()).toEqual(['/$batch', '/$batch', '/$batch']);
  });

  test('a long list inside a batch is read to its end', async () => {
    const graph = new ScriptedGraph().on(
      `GET /groups/${payroll}/members`,
      {
        body: {
          value: [{ id: ada }],
          '@odata.nextLink': `https://graph.test/v1.0/groups/${payroll}/members?$skiptoken=2`,
        },
      },
      { body: { value: [{ id: tom }] } },
    );
    const [found] = await collect(graph.connect().reader.listLinksOf('member', [payroll]));
    expect(found?.links.map(({ target }) => target)).toEqual([ada, tom]);
  });

  test('[R21] repeats only the throttled part of a batch, after its own Retry-After', async () => {
    const graph = new ScriptedGraph()
      .on(
        `GET /groups/${payroll}/members`,
        { ...graphError(429, 'TooManyRequests', ''), headers: { 'Retry-After': '4' } },
        { body: { value: [{ id: ada }] } },
      )
      .on(`GET /groups/${guid(21)}/members`, { body: { value: [] } });
    const { reader } = graph.connect();
    const found = await collect(reader.listLinksOf('member', [payroll, objectId(guid(21))]));
    expect(found.map(({ links }) => links.length)).toEqual([1, 0]);
    const sizes = graph.seen.map(({ body }) => (body as { requests: unknown[] }).requests.length);
    expect(sizes).toEqual([2, 1]);
    expect(graph.time.now()).toBeGreaterThanOrEqual(4_000);
    expect(reader.cost().throttled).toBe(1);
  });

  test('a refusal inside a batch is an error, not an empty list', async () => {
    const graph = new ScriptedGraph().on(
      `GET /groups/${payroll}/members`,
      graphError(403, 'Authorization_RequestDenied', 'no'),
    );
    await expect(collect(graph.connect().reader.listLinksOf('member', [payroll]))).rejects.toMatchObject({
      code: 'GRAPH_DENIED',
    });
  });

  test('a batch that leaves a request unanswered is refused', async () => {
    const graph = new ScriptedGraph().on('POST /$batch', { body: { responses: [] } });
    await expect(collect(graph.connect().reader.listLinksOf('member', [payroll]))).rejects.toMatchObject({
      code: 'GRAPH_ANSWER_INVALID',
    });
  });

  test('[R12] a user without a manager and a user that is not there are two answers', async () => {
    const graph = new ScriptedGraph().on(`GET /users/${ada}`, { body: { id: ada } });
    const { reader } = graph.connect();
    expect((await collect(reader.listLinks('manager', ada))).flat()).toEqual([]);
    await expect(collect(reader.listLinks('manager', tom))).rejects.toMatchObject({
      code: 'GRAPH_NOT_FOUND',
    });
    const many = await collect(reader.listLinksOf('manager', [ada, tom]));
    expect(many.map(({ missing }) => missing)).toEqual([false, true]);
  });

  test('groups of a user: roles and units in memberOf are no groups; a group as member is found too', async () => {
    const graph = new ScriptedGraph()
      .on(`GET /users/${ada}/memberOf`, {
        body: {
          value: [
            { id: payroll, '@odata.type': '#microsoft.graph.group' },
            { id: guid(30), '@odata.type': '#microsoft.graph.directoryRole' },
          ],
        },
      })
      .on(`GET /groups/${guid(21)}/memberOf`, {
        body: { value: [{ id: payroll, '@odata.type': '#microsoft.graph.group' }] },
      });
    const { reader } = graph.connect();
    expect(await reader.listLinksTo('member', ada)).toEqual([
      { kind: 'member', source: payroll, target: ada, targetType: 'user' },
    ]);
    expect(await reader.listLinksTo('member', objectId(guid(21)))).toEqual([
      { kind: 'member', source: payroll, target: guid(21), targetType: 'group' },
    ]);
    await expect(reader.listLinksTo('member', erik)).rejects.toMatchObject({ code: 'GRAPH_NOT_FOUND' });
  });
});

describe('single objects', () => {
  test('only 404 is "not there"', async () => {
    const graph = new ScriptedGraph().on(
      `GET /users/${tom}`,
      graphError(403, 'Authorization_RequestDenied', ''),
    );
    const { reader } = graph.connect();
    expect(await reader.getObject('user', ada)).toBeNull();
    await expect(reader.getObject('user', tom)).rejects.toMatchObject({ code: 'GRAPH_DENIED' });
  });

  test('many at once: those that are not live are missing in the map', async () => {
    const graph = new ScriptedGraph().on(`GET /users/${ada}`, { body: { id: ada, city: 'Berlin' } });
    const found = await graph.connect().reader.getObjects('user', [ada, tom, ada]);
    expect([...found.keys()]).toEqual([ada]);
    expect(graph.paths()).toEqual(['/$batch']);
  });

  test('one from the recycle bin; another type under that id is not it', async () => {
    const graph = new ScriptedGraph()
      .on(`GET /directory/deletedItems/${ada}`, {
        body: { id: ada, '@odata.type': '#microsoft.graph.user', deletedDateTime: '2026-11-21T06:12:00Z' },
      })
      .on(`GET /directory/deletedItems/${payroll}`, {
        body: {
          id: payroll,
          '@odata.type': '#microsoft.graph.group',
          deletedDateTime: '2026-11-21T06:12:00Z',
        },
      });
    const { reader } = graph.connect();
    expect(await reader.getDeleted('user', ada)).toMatchObject({
      state: 'softDeleted',
      deletedAt: '2026-11-21T06:12:00Z',
    });
    expect(await reader.getDeleted('user', payroll)).toBeNull();
    expect(await reader.getDeleted('user', tom)).toBeNull();
  });

  test('where the uncast path refuses the type’s properties, the cast collection is asked', async () => {
    const graph = new ScriptedGraph()
      .on(
        `GET /directory/deletedItems/${ada}`,
        graphError(400, 'BadRequest', "Could not find a property named 'city'"),
      )
      .on('GET /directory/deletedItems/microsoft.graph.user', {
        body: { value: [{ id: ada, city: 'Berlin' }] },
      });
    expect(await graph.connect().reader.getDeleted('user', ada)).toMatchObject({
      properties: { city: 'Berlin' },
    });
  });

  test.each([
    ["o'brien@contoso.example", "/users('o''brien@contoso.example')"],
    ['x_y.com#EXT#@contoso.example', '/users/x_y.com#EXT#@contoso.example'],
    ['$a@contoso.example', "/users('$a@contoso.example')"],
  ])('[R11] finds %s by its key, quoted and encoded', async (upn, path) => {
    const graph = new ScriptedGraph().on(`GET ${path}`, {
      body: { id: ada, userPrincipalName: upn.toUpperCase() },
    });
    const found = await graph.connect().reader.findByKey('user', 'userPrincipalName', upn);
    expect(found.map(({ id }) => id)).toEqual([ada]);
    expect(graph.seen[0]?.url).not.toMatch(/[#']/);
  });

  test('[R11] a key that is not found at once is looked for by filter, exactly', async () => {
    const graph = new ScriptedGraph().on('GET /groups', {
      body: {
        value: [
          { id: payroll, mailNickname: 'Payroll' },
          { id: guid(21), mailNickname: 'payroll2' },
        ],
      },
    });
    const found = await graph.connect().reader.findByKey('group', 'mailNickname', "pay'roll");
    expect(found).toEqual([]);
    expect(graph.seen[0]?.path).toContain("$filter=mailNickname eq 'pay''roll'");
    expect(await graph.connect().reader.findByKey('group', 'mailNickname', 'payroll')).toHaveLength(1);
  });

  test('[F1] searches by beginnings and by words inside a name, without repeats', async () => {
    const graph = new ScriptedGraph().on(
      'GET /users',
      { body: { value: [{ id: ada }, { id: tom }] } },
      { body: { value: [{ id: tom }, { id: erik }] } },
    );
    const found = await graph.connect().reader.search('user', 'mo"r\'eau', 10);
    expect(found.map(({ id }) => id)).toEqual([ada, tom, erik]);
    expect(graph.seen[0]?.path).toContain("startsWith(displayName,'mo\"r''eau')");
    expect(graph.seen[1]?.path).toContain('$search="displayName:mo\\"r\'eau"');
    expect(graph.seen[1]?.headers.get('consistencylevel')).toBe('eventual');
  });

  test('[F1] an id is read as an id; a search that the tenant does not offer is left out', async () => {
    const graph = new ScriptedGraph()
      .on(`GET /users/${ada}`, { body: { id: ada } })
      .on(
        'GET /users',
        graphError(400, 'Request_UnsupportedQuery', 'no search here'),
        graphError(400, 'Request_UnsupportedQuery', 'no search here'),
      );
    const { reader } = graph.connect();
    expect(await reader.search('user', String(ada).toUpperCase(), 5)).toHaveLength(1);
    expect(await reader.search('user', String(tom), 5)).toEqual([]);
    expect(await reader.search('user', 'alice', 5)).toEqual([]);
    expect(await reader.search('user', '  ', 5)).toEqual([]);
  });
});
