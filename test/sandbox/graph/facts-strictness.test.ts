import { beforeEach, describe, expect, test } from '@jest/globals';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findContractDir } from '../../../sandbox/contract/contract.js';
import { complexTypes } from '../../../sandbox/graph/schema/complex.js';
import type { Body, Client } from './harness.js';
import { error, openScene } from './scene.js';

const csdl = join(findContractDir(), 'graph', 'csdl-v1.0-slice.json');
const atHand = existsSync(csdl);
if (!atHand)
  console.warn('SKIPPED: no contract data (CONTRACT_DIR); nested types are not held against the schema.');

interface Described {
  readonly base?: string;
  readonly props?: Record<string, unknown>;
  readonly nav?: Record<string, unknown>;
}

(atHand ? test : test.skip)('FACTS §16.2 the nested types are those of the schema, name by name', () => {
  const { types } = JSON.parse(readFileSync(csdl, 'utf8')) as { types: Record<string, Described> };
  const namesOf = (name: string): string[] => {
    const type = types[`microsoft.graph.${name}`];
    const base = type?.base?.replace('microsoft.graph.', '');
    return [...(base ? namesOf(base) : []), ...Object.keys(type?.props ?? {})];
  };
  const navigations = (name: string): string[] => Object.keys(types[`microsoft.graph.${name}`]?.nav ?? {});
  for (const [name, { shapes }] of complexTypes) {
    expect([name, types[`microsoft.graph.${name}`] !== undefined]).toEqual([name, true]);
    const described = new Set([...namesOf(name), ...navigations(name), 'id']);
    const strange = [...shapes.keys()].filter((key) => !described.has(key));
    const missing = namesOf(name).filter((key) => !shapes.has(key));
    expect({ name, strange, missing }).toEqual({ name, strange: [], missing: [] });
  }
  expect(complexTypes.size).toBeGreaterThan(40);
});

describe('FACTS §16.2 a body is refused for what is wrong inside it', () => {
  let client: Client;
  let ada: Body;

  beforeEach(async () => {
    ({ client, ada } = await openScene());
    client.permissions = [
      ...client.permissions,
      'Application.ReadWrite.All',
      'Policy.ReadWrite.ConditionalAccess',
      'RoleManagement.ReadWrite.Directory',
      'User.ManageIdentities.All',
    ];
  });

  const policy = (conditions: object, more: object = {}) => ({
    displayName: 'P',
    state: 'disabled',
    conditions: { clientAppTypes: ['all'], applications: { includeApplications: ['All'] }, ...conditions },
    grantControls: { operator: 'OR', builtInControls: ['mfa'] },
    ...more,
  });
  const role = (permission: object) => ({
    displayName: 'R',
    isEnabled: true,
    rolePermissions: [permission],
  });

  test.each<[string, string, object, number]>([
    [
      'a misspelt member of users',
      '/identity/conditionalAccess/policies',
      policy({ users: { includeUser: ['All'] } }),
      400,
    ],
    [
      'a risk level that is none',
      '/identity/conditionalAccess/policies',
      policy({ users: { includeUsers: ['All'] }, userRiskLevels: ['huge'] }),
      400,
    ],
    [
      'a number where a list belongs',
      '/identity/conditionalAccess/policies',
      policy({ users: { includeUsers: 1 } }),
      400,
    ],
    [
      'an unknown session control',
      '/identity/conditionalAccess/policies',
      policy({ users: { includeUsers: ['All'] } }, { sessionControls: { signInFrequency: { every: 1 } } }),
      400,
    ],
    [
      'a range of the wrong type',
      '/identity/conditionalAccess/namedLocations',
      {
        '@odata.type': '#microsoft.graph.ipNamedLocation',
        displayName: 'L',
        ipRanges: [{ '@odata.type': '#microsoft.graph.user', cidrAddress: '192.0.2.0/24' }],
      },
      400,
    ],
    [
      'a member of web that is not there',
      '/applications',
      { displayName: 'A', web: { redirectUri: 'https://a.example' } },
      400,
    ],
    [
      'an app role without a GUID',
      '/applications',
      {
        displayName: 'A',
        appRoles: [
          {
            id: 'x',
            displayName: 'r',
            isEnabled: true,
            allowedMemberTypes: ['User'],
            value: 'r',
            description: 'r',
          },
        ],
      },
      400,
    ],
    ['a null in a list', '/applications', { displayName: 'A', requiredResourceAccess: [null] }, 400],
    [
      'actions that are no list',
      '/roleManagement/directory/roleDefinitions',
      role({ allowedResourceActions: 'all' }),
      400,
    ],
    [
      'an enum spelt right',
      '/identity/conditionalAccess/policies',
      policy({ users: { includeUsers: ['All'] }, userRiskLevels: ['high'] }),
      201,
    ],
    [
      'null for what is unset',
      '/applications',
      { displayName: 'A', optionalClaims: null, web: { homePageUrl: null } },
      201,
    ],
  ])('%s', async (_what, path, body, status) => {
    expect((await client.post(path, body)).status).toBe(status);
  });

  test('the text names the property and its type', async () => {
    const reply = await client.patch(`/users/${ada.id}`, { employeeOrgData: { cost: '1' } });
    expect(error(reply.body)).toEqual([
      'BadRequest',
      "The property 'cost' does not exist on type 'microsoft.graph.employeeOrgData'. Make sure to only use property names that are defined by the type.",
    ]);
    expect((await client.patch(`/users/${ada.id}`, { identities: [{ signInType: 1 }] })).status).toBe(400);
  });
});
