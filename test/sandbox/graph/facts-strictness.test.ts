import { beforeEach, describe, expect, test } from '@jest/globals';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findContractDir } from '../../../sandbox/contract/contract.js';
import { complexTypes } from '../../../sandbox/graph/schema/complex.js';
import { configurationTypes, policyTypes, ruleTypes } from '../../../sandbox/graph/schema/policies.js';
import type { Body, Client } from './harness.js';
import { error, openScene } from './scene.js';

const csdl = join(findContractDir(), 'graph', 'csdl-v1.0-slice.json');
const atHand = existsSync(csdl);
if (!atHand)
  console.warn('SKIPPED: no contract data (CONTRACT_DIR); nested types are not held against the schema.');

interface Described {
  readonly base?: string;
  readonly props?: Record<string, { readonly nullable?: boolean; readonly collection?: boolean }>;
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
  const solidOf = (name: string): string[] => {
    const type = types[`microsoft.graph.${name}`];
    const own = Object.entries(type?.props ?? {}).filter(
      ([, { nullable, collection }]) => nullable === false && collection !== true,
    );
    const base = type?.base?.replace('microsoft.graph.', '');
    return [...(base ? solidOf(base) : []), ...own.map(([key]) => key)];
  };
  for (const [name, { shapes, solid }] of complexTypes) {
    // Whom a method's configuration includes: outside the slice, from the reference pages.
    if (/AuthenticationMethodTarget$/i.test(name)) continue;
    expect([name, types[`microsoft.graph.${name}`] !== undefined]).toEqual([name, true]);
    const described = new Set([...namesOf(name), ...navigations(name), 'id']);
    const strange = [...shapes.keys()].filter((key) => !described.has(key));
    const missing = namesOf(name).filter((key) => !shapes.has(key));
    expect({ name, strange, missing }).toEqual({ name, strange: [], missing: [] });
    const takesNoNull = [...new Set(solidOf(name))].sort();
    expect({ name, solid: [...solid].sort() }).toEqual({ name, solid: takesNoNull });
  }
  expect(complexTypes.size).toBeGreaterThan(90);
});

(atHand ? test : test.skip)(
  'FACTS §16.2 the policies of a tenant are those of the schema, name by name',
  () => {
    const { types } = JSON.parse(readFileSync(csdl, 'utf8')) as { types: Record<string, Described> };
    const propsOf = (name: string): NonNullable<Described['props']> => {
      const type = types[name];
      return { ...(type?.base ? propsOf(type.base) : {}), ...type?.props };
    };
    const judged = [...policyTypes.values(), ...configurationTypes.values(), ...ruleTypes.values()];
    for (const { name, properties } of judged) {
      const described = propsOf(`microsoft.graph.${name}`);
      const known = [...properties.keys()].filter((key) => key !== 'includeTargets');
      expect({ name, known: known.sort() }).toEqual({ name, known: Object.keys(described).sort() });
      for (const [key, { nullable, collection }] of Object.entries(described)) {
        const def = properties.get(key);
        if (def?.write !== 'yes' || collection) continue;
        expect([name, key, def.required === true]).toEqual([name, key, nullable === false]);
      }
    }
  },
);

describe('FACTS §16.2 a body is refused for what is wrong inside it', () => {
  let client: Client;
  let ada: Body;

  beforeEach(async () => {
    ({ client, ada } = await openScene());
    client.allow(
      'Application.ReadWrite.All',
      'Policy.ReadWrite.ConditionalAccess',
      'RoleManagement.ReadWrite.Directory',
      'User.ManageIdentities.All',
    );
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

describe('FACTS §6, §16.2 the policies of which a tenant has one', () => {
  let client: Client;

  beforeEach(async () => {
    ({ client } = await openScene());
    client.allow(
      'Policy.ReadWrite.ApplicationConfiguration',
      'Policy.ReadWrite.AuthenticationFlows',
      'Policy.ReadWrite.AuthenticationMethod',
      'Policy.ReadWrite.Authorization',
      'Policy.ReadWrite.ConditionalAccess',
      'Policy.ReadWrite.ConsentRequest',
      'Policy.ReadWrite.CrossTenantAccess',
      'Policy.ReadWrite.SecurityDefaults',
    );
  });

  const methods = 'authenticationMethodsPolicy';
  const pass = `${methods}/authenticationMethodConfigurations/TemporaryAccessPass`;
  const ofPass = { '@odata.type': '#microsoft.graph.temporaryAccessPassAuthenticationMethodConfiguration' };
  const consent = {
    isEnabled: true,
    notifyReviewers: true,
    remindersEnabled: true,
    requestDurationInDays: 30,
    reviewers: [{ query: '/users/0f000000-0000-4000-8000-000000000001', queryType: 'MicrosoftGraph' }],
  };

  test.each<[string, string, object, number]>([
    ['a switch that is a text', 'authorizationPolicy', { allowedToUseSSPR: 'no' }, 400],
    ['null for a switch', 'authorizationPolicy', { allowedToUseSSPR: null }, 400],
    ['a role of guests that is none', 'authorizationPolicy', { guestUserRoleId: null }, 204],
    [
      'a role of guests that is another',
      'authorizationPolicy',
      { guestUserRoleId: '62e90394-69f5-4237-9190-012177145e10' },
      400,
    ],
    ['an unknown inviter', 'authorizationPolicy', { allowInvitesFrom: 'friends' }, 400],
    [
      'an unknown member inside',
      'authorizationPolicy',
      { defaultUserRolePermissions: { allowedToCreateApp: true } },
      400,
    ],
    [
      'null inside where the schema has none',
      'authorizationPolicy',
      { defaultUserRolePermissions: { allowedToCreateApps: null } },
      400,
    ],
    [
      'null inside where the schema has it',
      'authorizationPolicy',
      { defaultUserRolePermissions: { allowedToCreateTenants: null } },
      204,
    ],
    ['a read-only version', methods, { policyVersion: '2' }, 400],
    ['a read-only name', methods, { displayName: 'Mine' }, 400],
    [
      'a state two levels down that is none',
      methods,
      { registrationEnforcement: { authenticationMethodsRegistrationCampaign: { state: 'on' } } },
      400,
    ],
    [
      'a target three levels down without its kind',
      methods,
      {
        registrationEnforcement: {
          authenticationMethodsRegistrationCampaign: {
            includeTargets: [{ id: 'all_users', targetType: null }],
          },
        },
      },
      400,
    ],
    [
      'null for a list',
      methods,
      { registrationEnforcement: { authenticationMethodsRegistrationCampaign: { excludeTargets: null } } },
      400,
    ],
    ['a fraction of days', methods, { reconfirmationInDays: 1.5 }, 400],
    ['a number where a switch belongs', 'identitySecurityDefaultsEnforcementPolicy', { isEnabled: 1 }, 400],
    ['a misspelt switch', 'identitySecurityDefaultsEnforcementPolicy', { enabled: true }, 400],
    ['a null inside', 'authenticationFlowsPolicy', { selfServiceSignUp: { isEnabled: null } }, 400],
    ['another cloud', 'crossTenantAccessPolicy', { allowedCloudEndpoints: ['example.com'] }, 400],
    [
      'a cloud of Microsoft',
      'crossTenantAccessPolicy',
      { allowedCloudEndpoints: ['microsoftonline.us'] },
      204,
    ],
    ['what the service says itself', 'crossTenantAccessPolicy/default', { isServiceDefault: false }, 400],
    [
      'an access that is none',
      'crossTenantAccessPolicy/default',
      { b2bCollaborationInbound: { usersAndGroups: { accessType: 'some' } } },
      400,
    ],
    [
      'a target of no kind',
      'crossTenantAccessPolicy/default',
      { b2bCollaborationInbound: { applications: { targets: [{ target: 'x', targetType: 'device' }] } } },
      400,
    ],
    [
      'trust',
      'crossTenantAccessPolicy/default',
      { inboundTrust: { isMfaAccepted: true, isCompliantDeviceAccepted: null } },
      204,
    ],
    [
      'a life that is none',
      'defaultAppManagementPolicy',
      {
        applicationRestrictions: {
          passwordCredentials: [
            { restrictionType: 'passwordLifetime', maxLifetime: '4 days', state: 'enabled' },
          ],
        },
      },
      400,
    ],
    [
      'a life',
      'defaultAppManagementPolicy',
      {
        applicationRestrictions: {
          passwordCredentials: [
            { restrictionType: 'passwordLifetime', maxLifetime: 'P4D', state: 'enabled' },
          ],
        },
      },
      204,
    ],
    ['a length of passes', pass, { ...ofPass, defaultLength: 7 }, 400],
    ['a life of passes', pass, { ...ofPass, maximumLifetimeInMinutes: 43_201 }, 400],
    ['a default outside the lives', pass, { ...ofPass, defaultLifetimeInMinutes: 481 }, 400],
    ['a life of passes that may be', pass, { ...ofPass, maximumLifetimeInMinutes: 43_200 }, 204],
    ['an unknown member of a target', pass, { ...ofPass, includeTargets: [{ name: 'all_users' }] }, 400],
    ['a state that is none', pass, { ...ofPass, state: 'on' }, 400],
    ['no type', pass, { state: 'disabled' }, 400],
  ])('%s', async (_what, path, body, status) => {
    expect((await client.patch(`/policies/${path}`, body)).status).toBe(status);
  });

  test('what is not sent stays, inside too', async () => {
    const path = '/policies/authorizationPolicy';
    const before = (await client.get(path)).body.defaultUserRolePermissions;
    await client.patch(path, { defaultUserRolePermissions: { allowedToCreateApps: true } });
    expect((await client.get(path)).body.defaultUserRolePermissions).toEqual({
      ...before,
      allowedToCreateApps: true,
    });
  });

  test('the consent policy is replaced by PUT, whole, and counts its versions', async () => {
    const path = '/policies/adminConsentRequestPolicy';
    expect((await client.patch(path, consent)).status).toBe(405);
    const { reviewers: _reviewers, ...without } = consent;
    expect((await client.put(path, without)).status).toBe(400);
    expect((await client.put(path, { ...consent, version: 7 })).status).toBe(400);
    expect((await client.put(path, { ...consent, reviewers: [{ who: 'ada' }] })).status).toBe(400);
    expect((await client.put(path, consent)).status).toBe(204);
    expect((await client.get(path)).body).toMatchObject({ ...consent, version: 1 });
  });
});
