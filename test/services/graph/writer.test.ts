import { describe, expect, test } from '@jest/globals';
import { objectId } from '../../../services/model/ids.js';
import { ScriptedGraph, connectionError, graphError, guid, type ScriptedAnswer } from './scripted-graph.js';

const [ada, tom, payroll] = [7, 8, 20].map((number) => objectId(guid(number))) as [never, never, never];
const tag = { clientRequestId: guid(77) };
const DONE: ScriptedAnswer = { status: 204 };
const NOT_FOUND = graphError(404, 'Request_ResourceNotFound', 'does not exist');
const ALREADY = (what: string) =>
  graphError(
    400,
    'Request_BadRequest',
    `One or more added object references already exist for the following modified properties: '${what}'.`,
  );

describe('what a write may have done', () => {
  const PATCH_ADA = `PATCH /users/${ada}`;
  test.each([
    ['204', DONE, 'done', 1],
    ['a lost connection', connectionError('ECONNRESET'), 'unknown', 1],
    ['504', { status: 504 }, 'unknown', 1],
    ['500', graphError(500, 'InternalServerError', ''), 'unknown', 1],
    ['a refusal', graphError(400, 'Request_BadRequest', "Property 'x' is read-only."), 'refused', 1],
    ['403', graphError(403, 'Authorization_RequestDenied', 'Insufficient privileges.'), 'refused', 1],
  ])('[R20] %s: sent once', async (_, answer, outcome, sent) => {
    const graph = new ScriptedGraph().on(PATCH_ADA, answer);
    const result = await graph.connect().writer.update('user', ada, { department: 'Finance' }, tag);
    expect(result.outcome).toBe(outcome);
    expect(graph.seen).toHaveLength(sent);
    expect(graph.seen[0]?.headers.get('client-request-id')).toBe(tag.clientRequestId);
  });

  test('[R21] throttling was not executed, so it is waited out and sent again', async () => {
    const graph = new ScriptedGraph().on(
      PATCH_ADA,
      { ...graphError(429, 'TooManyRequests', ''), headers: { 'retry-after': '3' } },
      DONE,
    );
    const result = await graph.connect().writer.update('user', ada, { department: 'Finance' }, tag);
    expect(result).toEqual({ outcome: 'done', requestId: 'req-1' });
    expect(graph.seen).toHaveLength(2);
  });

  test('a connection that was never made is tried again, then unknown', async () => {
    const graph = new ScriptedGraph().on(PATCH_ADA, connectionError('ECONNREFUSED'), DONE);
    expect(await graph.connect().writer.update('user', ada, { city: 'X' }, tag)).toMatchObject({
      outcome: 'done',
    });
    const down = new ScriptedGraph().on(PATCH_ADA, connectionError('ECONNREFUSED'));
    expect(await down.connect().writer.update('user', ada, { city: 'X' }, tag)).toMatchObject({
      outcome: 'unknown',
    });
  });

  test('two writers at one object: refused, so it goes again', async () => {
    const graph = new ScriptedGraph().on(
      PATCH_ADA,
      graphError(409, 'Directory_ConcurrencyViolation', 'another update'),
      DONE,
    );
    expect(await graph.connect().writer.update('user', ada, { city: 'X' }, tag)).toMatchObject({
      outcome: 'done',
    });
  });

  test('[R12] null and [] are sent as they are, to clear', async () => {
    const graph = new ScriptedGraph().on(PATCH_ADA, DONE);
    await graph.connect().writer.update('user', ada, { department: null, otherMails: [] }, tag);
    expect(graph.seen[0]?.body).toEqual({ department: null, otherMails: [] });
  });

  test('nothing to write sends nothing', async () => {
    const graph = new ScriptedGraph();
    expect(await graph.connect().writer.update('user', ada, {}, tag)).toMatchObject({ outcome: 'already' });
    expect(graph.seen).toEqual([]);
  });
});

describe('undelete and create', () => {
  const RESTORE = `POST /directory/deletedItems/${ada}/restore`;
  test('[R3] undeletes with the same id', async () => {
    const graph = new ScriptedGraph().on(RESTORE, { body: { id: ada } });
    expect(await graph.connect().writer.undelete('user', ada, {}, tag)).toMatchObject({ outcome: 'done' });
    expect(graph.seen[0]?.body).toEqual({});
  });

  test('[R11] brought back already is fine; purged is a refusal', async () => {
    const back = new ScriptedGraph().on(RESTORE, NOT_FOUND).on(`GET /users/${ada}`, { body: { id: ada } });
    expect(await back.connect().writer.undelete('user', ada, {}, tag)).toMatchObject({ outcome: 'already' });
    const purged = new ScriptedGraph().on(RESTORE, NOT_FOUND);
    expect(await purged.connect().writer.undelete('user', ada, {}, tag)).toMatchObject({
      outcome: 'refused',
      code: 'Request_ResourceNotFound',
    });
  });

  test.each([
    [
      'details',
      graphError(400, 'Request_BadRequest', 'conflict', [
        { code: 'ObjectConflict', target: 'userPrincipalName', message: 'Another object …' },
      ]),
    ],
    [
      'details that name the other object first',
      graphError(400, 'Request_BadRequest', 'conflict', [
        { code: 'ConflictingObjects', target: `User_${tom}`, message: 'ConflictingObjects' },
        { code: 'ObjectConflict', target: 'userPrincipalName', message: 'Another object …' },
      ]),
    ],
    [
      'the sentence',
      graphError(
        400,
        'Request_BadRequest',
        'Another object with the same value for property userPrincipalName already exists.',
      ),
    ],
  ])('[R14] a UPN that is taken meanwhile is named, from %s', async (_, answer) => {
    const graph = new ScriptedGraph().on(RESTORE, answer);
    expect(await graph.connect().writer.undelete('user', ada, {}, tag)).toMatchObject({
      outcome: 'refused',
      conflictOn: 'userPrincipalName',
    });
    const anew = new ScriptedGraph().on(RESTORE, { body: { id: ada } });
    await anew.connect().writer.undelete('user', ada, { newUserPrincipalName: 'ada2@contoso.example' }, tag);
    expect(anew.seen[0]?.body).toEqual({ newUserPrincipalName: 'ada2@contoso.example' });
  });

  test('[P2] creates with a password to be changed, and answers the new object', async () => {
    const graph = new ScriptedGraph().on('POST /users', {
      status: 201,
      body: { id: guid(90), displayName: 'Erik Sand' },
    });
    const result = await graph
      .connect()
      .writer.create('user', { displayName: 'Erik Sand' }, { password: 'Sesame-1234' }, tag);
    expect(result).toMatchObject({ outcome: 'done', created: { id: guid(90), state: 'live' } });
    expect(graph.seen[0]?.body).toEqual({
      displayName: 'Erik Sand',
      passwordProfile: { password: 'Sesame-1234', forceChangePasswordNextSignIn: true },
    });
  });

  test('[R20] a create whose answer cannot be read is unknown, so that it is looked for first', async () => {
    const graph = new ScriptedGraph().on('POST /groups', { status: 201, body: 'cut off {' });
    expect(await graph.connect().writer.create('group', {}, {}, tag)).toMatchObject({ outcome: 'unknown' });
  });

  test('removes to the recycle bin; gone already is fine', async () => {
    const graph = new ScriptedGraph().on(`DELETE /users/${ada}`, DONE);
    const { writer } = graph.connect();
    expect(await writer.remove('user', ada, tag)).toMatchObject({ outcome: 'done' });
    expect(await writer.remove('user', tom, tag)).toMatchObject({ outcome: 'already' });
  });
});

describe('links', () => {
  const REF = `POST /groups/${payroll}/members/$ref`;
  const BIND = `PATCH /groups/${payroll}`;
  const many = Array.from({ length: 45 }, (_, index) => objectId(guid(100 + index)));

  test('[R21] binds 20 members in one call', async () => {
    const graph = new ScriptedGraph().on(BIND, DONE);
    const outcomes = await graph.connect().writer.link('member', payroll, many, tag);
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(Array(45).fill('done'));
    const sizes = graph.seen.map(({ body }) => Object.values(body as Record<string, unknown[]>)[0]?.length);
    expect(sizes).toEqual([20, 20, 5]);
    expect(graph.seen[0]?.body).toMatchObject({
      'members@odata.bind': expect.arrayContaining([`https://graph.test/v1.0/directoryObjects/${many[0]}`]),
    });
  });

  test('[R11] a bind that one existing member fails is told apart one by one', async () => {
    const graph = new ScriptedGraph().on(BIND, ALREADY('members')).on(REF, ({ body }) => {
      const target = (body as { '@odata.id': string })['@odata.id'];
      if (target.endsWith(ada)) return ALREADY('members');
      return target.endsWith(tom) ? NOT_FOUND : DONE;
    });
    const outcomes = await graph.connect().writer.link('member', payroll, [ada, tom, many[0] as never], tag);
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(['already', 'refused', 'done']);
    expect(graph.paths()).toEqual([`/groups/${payroll}`, '/$batch']);
  });

  test('[R20] a lost answer to a bind leaves all its targets unknown, and nothing is sent again', async () => {
    const graph = new ScriptedGraph().on(BIND, connectionError('ECONNRESET'));
    const outcomes = await graph.connect().writer.link('member', payroll, [ada, tom], tag);
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(['unknown', 'unknown']);
    expect(graph.seen).toHaveLength(1);
  });

  test('[R20] a lost answer to a batch of single adds leaves them unknown', async () => {
    const graph = new ScriptedGraph()
      .on(BIND, ALREADY('members'))
      .on('POST /$batch', connectionError('ECONNRESET'));
    const outcomes = await graph.connect().writer.link('member', payroll, [ada, tom], tag);
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(['unknown', 'unknown']);
  });

  test('[R20] inside a batch a 5xx is unknown and only 429 goes again', async () => {
    const throttled = { ...graphError(429, 'TooManyRequests', ''), headers: { 'retry-after': '2' } };
    let calls = 0;
    const graph = new ScriptedGraph().on(BIND, ALREADY('members')).on(REF, ({ body }) => {
      const target = (body as { '@odata.id': string })['@odata.id'];
      if (target.endsWith(ada)) return graphError(503, 'serviceNotAvailable', '');
      calls += 1;
      return calls === 1 ? throttled : DONE;
    });
    const outcomes = await graph.connect().writer.link('member', payroll, [ada, tom], tag);
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(['unknown', 'done']);
  });

  test('owners go one by one', async () => {
    const graph = new ScriptedGraph().on(`POST /groups/${payroll}/owners/$ref`, DONE, ALREADY('owners'));
    const outcomes = await graph.connect().writer.link('owner', payroll, [ada, tom], tag);
    expect(outcomes.map(({ outcome }) => outcome).sort()).toEqual(['already', 'done']);
  });

  test('the manager is put, and replaces', async () => {
    const graph = new ScriptedGraph().on(`PUT /users/${ada}/manager/$ref`, DONE);
    expect(await graph.connect().writer.link('manager', ada, [tom], tag)).toMatchObject([
      { outcome: 'done' },
    ]);
    expect(graph.seen[0]?.body).toEqual({ '@odata.id': `https://graph.test/v1.0/directoryObjects/${tom}` });
  });

  test.each([
    ['204', DONE, 'done'],
    ['404', NOT_FOUND, 'already'],
    [
      '400',
      graphError(
        400,
        'Request_BadRequest',
        "One or more removed object references do not exist for the following modified properties: 'members'.",
      ),
      'already',
    ],
    [
      'another 400',
      graphError(400, 'Request_BadRequest', 'The group must have at least one owner.'),
      'refused',
    ],
  ])('removal of a member, answered %s, is %s', async (_, answer, outcome) => {
    const graph = new ScriptedGraph().on(`DELETE /groups/${payroll}/members/${ada}/$ref`, answer);
    expect(await graph.connect().writer.unlink('member', payroll, ada, tag)).toMatchObject({ outcome });
  });

  test('[R8] never deletes a member itself: every removal ends in /$ref', async () => {
    const graph = new ScriptedGraph().on(`GET /users/${ada}`, { body: { id: ada, manager: { id: tom } } });
    const { writer } = graph.connect();
    for (const kind of ['member', 'owner']) await writer.unlink(kind, payroll, ada, tag);
    await writer.unlink('manager', ada, tom, tag);
    const deletes = graph.paths('DELETE');
    expect(deletes).toHaveLength(3);
    for (const path of deletes) expect(path).toMatch(/\/\$ref$/);
  });

  test('[R8] takes a manager away only while it is the one that was meant', async () => {
    const graph = new ScriptedGraph().on(`GET /users/${ada}`, {
      body: { id: ada, manager: { id: guid(55) } },
    });
    expect(await graph.connect().writer.unlink('manager', ada, tom, tag)).toMatchObject({
      outcome: 'already',
    });
    expect(graph.paths('DELETE')).toEqual([]);
  });
});

describe('credentials', () => {
  const PASSES = `/users/${ada}/authentication/temporaryAccessPassMethods`;
  test('[P3] a pass is in the answer of the call that made it, once', async () => {
    const graph = new ScriptedGraph().on(`POST ${PASSES}`, {
      status: 201,
      body: { id: 'p', temporaryAccessPass: 'W!nter' },
    });
    const result = await graph.connect().writer.createPass(ada, { lifetimeInMinutes: 60, once: true }, tag);
    expect(result).toEqual({ outcome: 'done', requestId: 'req-1', pass: 'W!nter' });
    expect(graph.seen[0]?.body).toEqual({ lifetimeInMinutes: 60, isUsableOnce: true });
  });

  test('[P3] an earlier pass, which nobody can read any more, makes room', async () => {
    const graph = new ScriptedGraph()
      .on(`POST ${PASSES}`, graphError(400, 'badRequest', 'A Temporary Access Pass already exists.'), {
        status: 201,
        body: { temporaryAccessPass: 'W!nter' },
      })
      .on(`GET ${PASSES}`, { body: { value: [{ id: 'old' }] } })
      .on(`DELETE ${PASSES}/old`, DONE);
    expect(
      await graph.connect().writer.createPass(ada, { lifetimeInMinutes: 60, once: true }, tag),
    ).toMatchObject({ outcome: 'done', pass: 'W!nter' });
  });

  test('a refused pass stays refused, and nothing is removed for it', async () => {
    const graph = new ScriptedGraph().on(
      `POST ${PASSES}`,
      graphError(403, 'Authorization_RequestDenied', 'no'),
    );
    const result = await graph.connect().writer.createPass(ada, { lifetimeInMinutes: 60, once: true }, tag);
    expect(result).toMatchObject({ outcome: 'refused' });
    expect(graph.paths('DELETE')).toEqual([]);
  });

  test('sets a password to be changed; revokes sessions', async () => {
    const graph = new ScriptedGraph()
      .on(`PATCH /users/${ada}`, DONE)
      .on(`POST /users/${ada}/revokeSignInSessions`, { body: { value: true } });
    const { writer } = graph.connect();
    expect(await writer.setPassword(ada, 'Sesame-1234', tag)).toMatchObject({ outcome: 'done' });
    expect(graph.seen[0]?.body).toEqual({
      passwordProfile: { password: 'Sesame-1234', forceChangePasswordNextSignIn: true },
    });
    expect(await writer.revokeSessions(ada, tag)).toMatchObject({ outcome: 'done' });
  });
});
