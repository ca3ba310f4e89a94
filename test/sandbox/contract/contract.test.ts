import { describe, expect, test } from '@jest/globals';
import { findContractDir, loadContract } from '../../../sandbox/contract/contract.js';
import type { ContractChecker } from '../../../sandbox/types.js';

const dir = findContractDir();
const loaded = loadContract(dir);
if (loaded === null)
  console.warn(`SKIPPED: no contract data in ${dir} (CONTRACT_DIR); nothing is validated.`);
const described = loaded === null ? describe.skip : describe;
const contract = loaded as ContractChecker;

/** @param target  'POST /users' or 'GET /users?$top=5', below /v1.0 unless another version stands in front */
function request(target: string, body?: unknown): readonly string[] {
  const [method = '', url = ''] = target.split(' ');
  const [path = '', query = ''] = url.split('?');
  const versioned = path.startsWith('/beta/') ? path : `/v1.0${path}`;
  return contract.checkRequest({ method, path: versioned, query: new URLSearchParams(query), body });
}

function answer(target: string, body: unknown, status = 200): readonly string[] {
  const [method = '', path = ''] = target.split(' ');
  const query = new URLSearchParams();
  return contract.checkResponse({ method, path: `/v1.0${path}`, query }, { status, body });
}

const USER = {
  accountEnabled: true,
  displayName: 'Alice Moreau',
  mailNickname: 'alice.moreau',
  userPrincipalName: 'alice.moreau@contoso.example',
  passwordProfile: { password: 'x', forceChangePasswordNextSignIn: true },
};
const POLICY = {
  displayName: 'MFA for all',
  state: 'enabledForReportingButNotEnforced',
  conditions: {
    applications: { includeApplications: ['All'] },
    users: { includeUsers: ['All'] },
    clientAppTypes: ['all'],
  },
  grantControls: { operator: 'OR', builtInControls: ['mfa'] },
};
const LOCATION = {
  '@odata.type': '#microsoft.graph.ipNamedLocation',
  displayName: 'Berlin',
  isTrusted: false,
  ipRanges: [{ '@odata.type': '#microsoft.graph.iPv4CidrRange', cidrAddress: '192.0.2.0/24' }],
};
const LINK = 'https://graph.microsoft.com/v1.0/directoryObjects/x';

described('requests as Microsoft describes them pass', () => {
  test.each<[string, string, unknown?]>([
    ['a user', 'POST /users', USER],
    ['a null complex property', 'PATCH /users/a', { employeeOrgData: null }],
    ['a manager by bind', 'POST /users', { ...USER, 'manager@odata.bind': LINK }],
    ['an extension attribute', 'PATCH /users/a', { extension_0123456789abcdef0123456789abcdef_cost: '1' }],
    ['a property newer than the OpenAPI slice', 'PATCH /users/a', { isManagementRestricted: true }],
    ['a group with owners', 'POST /groups', { displayName: 'g', 'owners@odata.bind': [LINK] }],
    ['a named location with its subtype', 'POST /identity/conditionalAccess/namedLocations', LOCATION],
    ['a Conditional Access policy', 'POST /identity/conditionalAccess/policies', POLICY],
    [
      'a role assignment',
      'POST /roleManagement/directory/roleAssignments',
      { principalId: 'x', roleDefinitionId: 'y', directoryScopeId: '/' },
    ],
    ['a reference', 'POST /groups/x/members/$ref', { '@odata.id': LINK }],
    ['the short form of an action', 'POST /users/a/assignLicense', { addLicenses: [], removeLicenses: [] }],
    ['its long form', 'POST /users/a/microsoft.graph.assignLicense', { addLicenses: [], removeLicenses: [] }],
    [
      'a parameter newer than the OpenAPI slice',
      'POST /directory/deletedItems/x/restore',
      { newUserPrincipalName: 'a@contoso.example', autoReconcileProxyConflict: true },
    ],
    ['an action without body', 'POST /directory/deletedItems/x/restore'],
    ['removal of a reference', 'DELETE /groups/x/members/y/$ref'],
    ['a key in parentheses, escaped', "PATCH /users('a%23ext%23@b')", { displayName: 'x' }],
    ['an alternate key', "GET /applications(appId='x')"],
    ['what stands below it', "GET /applications(appId='x')/owners"],
    ['a photo by PATCH', 'PATCH /users/a/photo/$value', Buffer.from('x')],
    ['one member as its type', 'GET /groups/x/members/y/microsoft.graph.user'],
    ['a cast', 'GET /directory/deletedItems/microsoft.graph.user?$select=id,deletedDateTime'],
    ['delta, three ways of writing it', 'GET /users/delta?$deltatoken=latest'],
    ['delta with parentheses', 'GET /groups/delta()?$skiptoken=x'],
    ['delta with its namespace', 'GET /groups/microsoft.graph.delta()?$select=members,displayName'],
    ['query options', 'GET /users?$top=999&$select=id,displayName&$expand=manager($select=id)&$count=true'],
    ['a path that came after the slice', 'POST /identity/conditionalAccess/deletedItems/policies/x/restore'],
    ['a further property under beta', 'PATCH /beta/users/a', { cloudRealtimeCommunicationInfo: {} }],
    ['a batch', 'POST /$batch', { requests: [{ id: '1', method: 'GET', url: '/users' }] }],
  ])('%s', (_name, target, body: unknown = undefined) => {
    expect(request(target, body)).toEqual([]);
  });
});

described('requests that are wrong are told', () => {
  test.each<[string, string, unknown, RegExp]>([
    ['a misspelt property', 'POST /users', { ...USER, dispalyName: 'x' }, /unknown property 'dispalyName'/],
    [
      'one inside a nested type',
      'POST /users',
      { ...USER, passwordProfile: { pasword: 'x' } },
      /^passwordProfile: unknown property 'pasword'/,
    ],
    [
      'one inside a list of a subtype',
      'POST /identity/conditionalAccess/namedLocations',
      { ...LOCATION, ipRanges: [{ ...LOCATION.ipRanges[0], cidr: 'x' }] },
      /^ipRanges\/0: unknown property 'cidr' of microsoft.graph.iPv4CidrRange/,
    ],
    ['a wrong type', 'PATCH /users/a', { accountEnabled: 'yes' }, /^accountEnabled: must be boolean/],
    [
      'an unknown state',
      'POST /identity/conditionalAccess/policies',
      { ...POLICY, state: 'on' },
      /^state: must be one of enabled, disabled/,
    ],
    [
      'a subtype of something else',
      'POST /identity/conditionalAccess/namedLocations',
      { '@odata.type': '#microsoft.graph.user' },
      /is no microsoft.graph.namedLocation/,
    ],
    ['an undescribed subtype', 'PATCH /users/a', { '@odata.type': '#microsoft.graph.cat' }, /not described/],
    ['a list where one is meant', 'PATCH /users/a', { 'manager@odata.bind': [LINK] }, /one reference/],
    ['one where a list is meant', 'PATCH /groups/a', { 'members@odata.bind': LINK }, /list of references/],
    ['a bind to no navigation', 'PATCH /users/a', { 'boss@odata.bind': LINK }, /no navigation property/],
    ['a reference to nothing', 'POST /groups/x/members/$ref', {}, /@odata.id/],
    ['an unknown action parameter', 'POST /directory/deletedItems/x/restore', { upn: 'x' }, /'upn'/],
    ['a body that is not described', 'POST /users/a/revokeSignInSessions', { force: true }, /not described/],
    ['an unknown path', 'GET /users/a/pets', undefined, /path .* is not described/],
    ['an unknown method', 'PUT /users/a', {}, /PUT is not described for/],
    ['a cast without its namespace', 'GET /directory/deletedItems/user?$top=1', undefined, /not described/],
    ['an unknown query option', 'GET /users?$foo=1', undefined, /'\$foo' is not described/],
    ['a query option on a write', 'PATCH /users/a?$select=id', {}, /'\$select' is not described/],
    ['an option given twice', 'GET /users?$top=1&$top=2', undefined, /given twice/],
    ['a property that is not there', 'GET /users?$select=id,displayNam', undefined, /names 'displayNam'/],
    ['an order that is not there', 'GET /users?$orderby=displayNam desc', undefined, /names 'displayNam'/],
    ['an expansion of no navigation', 'GET /users?$expand=department', undefined, /names 'department'/],
    ['a page size that is no number', 'GET /users?$top=all', undefined, /whole number/],
    ['a wrong type under beta', 'PATCH /beta/users/a', { displayName: 2 }, /^displayName: must be string/],
    [
      'a batch with an absolute address',
      'POST /$batch',
      { requests: [{ id: '1', method: 'GET', url: 'https://graph.microsoft.com/v1.0/users' }] },
      /^requests\/0\/url/,
    ],
    [
      'a batch of 21',
      'POST /$batch',
      { requests: Array.from({ length: 21 }, (_, id) => ({ id: `${id}`, method: 'GET', url: '/users' })) },
      /more than 20/,
    ],
  ])('%s', (_name, target, body, text) => {
    expect(request(target, body)).toEqual(expect.arrayContaining([expect.stringMatching(text)]));
  });
});

described('answers', () => {
  const context = 'https://graph.microsoft.com/v1.0/$metadata#users';

  test('a page with selected properties and nulls passes', () => {
    const value = [{ id: 'x', displayName: null, businessPhones: [] }];
    expect(answer('GET /users', { '@odata.context': context, '@odata.count': 1, value })).toEqual([]);
  });

  test('a page without value, with a wrong value, or with an unknown property does not', () => {
    expect(answer('GET /users', { '@odata.context': context })).toHaveLength(1);
    expect(answer('GET /users', { value: {} })).toEqual(['value: must be array']);
    expect(answer('GET /users', { value: [{ idd: 'x' }] })[0]).toContain("unknown property 'idd'");
  });

  test('links are absolute, and a page is either followed or finished', () => {
    expect(answer('GET /users', { value: [], '@odata.nextLink': '/users?$skiptoken=x' })).toHaveLength(1);
    const both = { value: [], '@odata.nextLink': context, '@odata.deltaLink': context };
    expect(answer('GET /users/delta', both)).toEqual(['a page has a next link and a delta link']);
  });

  test('delta: removed objects, changed links; reasons and ids are checked', () => {
    const good = [
      { id: 'x', '@removed': { reason: 'changed' } },
      {
        id: 'y',
        'members@delta': [
          { '@odata.type': '#microsoft.graph.user', id: 'z' },
          { '@odata.type': '#microsoft.graph.user', id: 'w', '@removed': { reason: 'deleted' } },
        ],
      },
    ];
    expect(answer('GET /groups/delta', { value: good, '@odata.deltaLink': context })).toEqual([]);
    const bad = [
      { id: 'x', '@removed': { reason: 'gone' } },
      { id: 'y', 'members@delta': [{}] },
    ];
    expect(answer('GET /groups/delta', { value: bad })).toHaveLength(2);
    expect(answer('GET /groups/delta', { value: [{ id: 'y', 'pets@delta': [] }] })).toHaveLength(1);
  });

  test('members are judged by their @odata.type', () => {
    const user = { '@odata.type': '#microsoft.graph.user', id: 'x', displayName: 'a' };
    expect(answer('GET /groups/x/members', { value: [user] })).toEqual([]);
    const untyped = { id: 'x', displayName: 'a' };
    expect(answer('GET /groups/x/members', { value: [untyped] })[0]).toContain("'displayName'");
    expect(answer('GET /groups/x/members/microsoft.graph.user', { value: [untyped] })).toEqual([]);
  });

  test('what the real service sends undescribed is allowed in answers', () => {
    expect(answer('GET /groups/x', { id: 'x', creationOptions: [] })).toEqual([]);
    expect(answer('GET /servicePrincipals/x', { createdDateTime: '2026-11-21T08:00:00Z' })).toEqual([]);
  });

  test('an error body needs code and message; its date has no zone', () => {
    const innerError = { date: '2022-05-07T06:54:07', 'request-id': 'x', 'client-request-id': 'x' };
    const error = { code: 'Request_ResourceNotFound', message: 'm', innerError };
    expect(answer('GET /users/x', { error }, 404)).toEqual([]);
    expect(answer('GET /users/x', { error: {} }, 404)).toHaveLength(2);
    expect(answer('GET /users/x', 'not found', 404)).toHaveLength(1);
  });

  test('no content has no body; content has one; counts are plain numbers', () => {
    expect(answer('PATCH /users/x', undefined, 204)).toEqual([]);
    expect(answer('PATCH /users/x', { id: 'x' }, 204)).toHaveLength(1);
    expect(answer('GET /users/x', undefined)).toEqual(['the answer has no body']);
    expect(answer('GET /users/$count', 12)).toEqual([]);
    expect(answer('GET /users/$count', '{"value":12}')).toHaveLength(1);
    expect(answer('GET /users/x/photo/$value', Buffer.from('jpeg'))).toEqual([]);
  });

  test('a batch’s envelope', () => {
    expect(answer('POST /$batch', { responses: [{ id: '1', status: 200, headers: {}, body: {} }] })).toEqual(
      [],
    );
    expect(answer('POST /$batch', { responses: [{ id: 1, status: '200' }] })).toHaveLength(2);
  });
});

described('an object that never changes any more', () => {
  test('is judged once when it was good, always when it was not, and any other one always', () => {
    const good: Record<string, unknown> = { id: 'x', displayName: 'a' };
    const bad: Record<string, unknown> = { id: 'x', displayName: 1 };
    const other: Record<string, unknown> = { id: 'x', displayName: 'a' };
    const noted = new Map<object, string>();
    const fixed = {
      isFixed: () => false,
      isGood: (body: object, as: string) => noted.get(body) === as,
      noteGood: (body: object, as: string) =>
        void ([good, bad].includes(body as never) && noted.set(body, as)),
    };
    const checker = loadContract(dir, { fixed });
    const judge = (path: string, item: object) =>
      checker?.checkResponse(
        { method: 'GET', path, query: new URLSearchParams() },
        { status: 200, body: { value: [item] } },
      );
    for (const item of [good, other]) expect(judge('/v1.0/users', item)).toEqual([]);
    expect(judge('/v1.0/users', bad)).toHaveLength(1);
    expect(judge('/v1.0/users', bad)).toHaveLength(1);
    // Changed behind everybody's back, which what is written never is: shows which of them are looked at again.
    good['displayName'] = 2;
    other['displayName'] = 2;
    expect(judge('/v1.0/users', good)).toEqual([]);
    expect(judge('/v1.0/users', other)).toHaveLength(1);
    // Good as a user is not good as anything else.
    expect(judge('/v1.0/groups', good)).toHaveLength(1);
  });
});

described('every described path', () => {
  test('is found again, whatever stands in its parameters', async () => {
    const { readFileSync } = await import('node:fs');
    const { join } = await import('node:path');
    const text = readFileSync(join(dir, 'graph', 'openapi-v1.0-slice.json'), 'utf8');
    const { paths } = JSON.parse(text) as { paths: Record<string, Record<string, unknown>> };
    const lost = Object.entries(paths).flatMap(([template, item]) =>
      ['get', 'post', 'patch', 'put', 'delete']
        .filter((method) => method in item)
        .map((method) => `${method.toUpperCase()} ${template.replace(/\{[^}]+\}/g, 'delta%20x')}`)
        .filter((target) => request(target).some((line) => line.includes('not described for /'))),
    );
    expect(lost).toEqual([]);
    expect(Object.keys(paths).length).toBeGreaterThan(300);
  });
});
