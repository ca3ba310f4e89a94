import { beforeEach, describe, expect, test } from '@jest/globals';
import { findContractDir, loadContract } from '../../../sandbox/contract/contract.js';
import type { Body, Client, Reply } from './harness.js';
import { openScene } from './scene.js';

/** FACTS §6, sentence by sentence: what a policy must hold and may name, and how named locations hang on policies. */
const base = '/identity/conditionalAccess';
const nobody = '0f000000-0000-4000-8000-000000000009';
const range = { '@odata.type': '#microsoft.graph.iPv4CidrRange', cidrAddress: '192.0.2.0/24' };

/** Read once: what it judges is told to each tenant. */
const contract = loadContract(findContractDir());

let client: Client;
let ada: Body;
let group: Body;

beforeEach(async () => {
  ({ client, ada, group } = await openScene({ contract }));
  client.allow('Policy.ReadWrite.ConditionalAccess', 'Policy.ReadWrite.SecurityDefaults');
  await client.tenant.damage({ do: 'switch', name: 'conditionalAccessBurst', value: 1000 });
});

const policy = (conditions: object = {}, more: object = {}) => ({
  displayName: 'P',
  state: 'disabled',
  conditions: {
    clientAppTypes: ['all'],
    applications: { includeApplications: ['All'] },
    users: { includeUsers: ['All'] },
    ...conditions,
  },
  grantControls: { operator: 'OR', builtInControls: ['mfa'] },
  ...more,
});
const countries = {
  '@odata.type': '#microsoft.graph.countryNamedLocation',
  displayName: 'L',
  countriesAndRegions: ['DE'],
};
const addresses = { '@odata.type': '#microsoft.graph.ipNamedLocation', displayName: 'L', ipRanges: [range] };
const post = (body: object) => client.post(`${base}/policies`, body);
const locate = async (body: object = countries): Promise<string> =>
  (await client.post(`${base}/namedLocations`, body)).body.id;
const number = ({ status, body }: Reply): [number, string?] =>
  status < 400 ? [status] : [status, body.error.message.slice(0, 4)];
const at = (place: string, id: string): string => `${base}/${place}/${id}`;
const spoken = () => client.tenant.stats().violations.filter(({ direction }) => direction !== 'request');

describe('FACTS §6 what a policy needs', () => {
  test.each<[string, object]>([
    ['a name', { displayName: undefined }],
    ['a state', { state: undefined }],
    ['a state that there is', { state: 'on' }],
    ['conditions', { conditions: undefined }],
    ['grant or session controls', { grantControls: undefined }],
    ['an operator that there is', { grantControls: { operator: 'XOR', builtInControls: ['mfa'] } }],
  ])('%s', async (_what, more) => {
    expect((await post(policy({}, more))).status).toBe(400);
  });

  test.each<[string, object]>([
    ['whom it is for', { users: {} }],
    ['what it is for', { applications: {} }],
    ['which clients it is for', { clientAppTypes: [] }],
  ])('%s', async (_what, conditions) => {
    expect((await post(policy(conditions))).status).toBe(400);
  });

  test.each<[string, object, object?]>([
    [
      'session controls alone',
      {},
      { grantControls: null, sessionControls: { secureSignInSession: { isEnabled: true } } },
    ],
    [
      'guests of a kind',
      { users: { includeGuestsOrExternalUsers: { guestOrExternalUserTypes: 'internalGuest' } } },
    ],
    ['an action of people', { applications: { includeUserActions: ['urn:user:registerdevice'] } }],
    [
      'service principals in place of people',
      {
        users: { includeUsers: ['None'] },
        clientApplications: { includeServicePrincipals: ['ServicePrincipalsInMyTenant'] },
      },
    ],
    // Taken as a rest: a row without further parts must not be given Jest's `done` in their place.
  ])('%s will do', async (...[, conditions, more]) => {
    expect((await post(policy(conditions, more))).status).toBe(201);
    expect(spoken()).toEqual([]);
  });

  test('a PATCH replaces conditions and controls whole, and must leave the policy complete', async () => {
    const { body } = await post(policy({ platforms: { includePlatforms: ['all'] } }));
    const path = at('policies', body.id);
    expect((await client.patch(path, { conditions: { users: { includeUsers: ['All'] } } })).status).toBe(400);
    expect((await client.patch(path, { grantControls: null })).status).toBe(400);
    expect((await client.patch(path, { conditions: policy().conditions })).status).toBe(204);
    expect((await client.get(path)).body.conditions.platforms ?? null).toBeNull();
    expect((await client.patch(path, { modifiedDateTime: '2026-01-01T00:00:00Z' })).status).toBe(400);
    expect((await client.patch(path, { templateId: nobody })).status).toBe(400);
  });

  test('an enabled policy and security defaults exclude each other, whichever comes first', async () => {
    const defaults = '/policies/identitySecurityDefaultsEnforcementPolicy';
    const { body } = await post(policy({}, { state: 'enabled' }));
    expect((await client.patch(defaults, { isEnabled: true })).status).toBe(400);
    await client.delete(at('policies', body.id));
    expect((await client.patch(defaults, { isEnabled: true })).status).toBe(204);
    expect((await post(policy({}, { state: 'enabled' }))).status).toBe(400);
    expect((await client.post(`${at('deletedItems/policies', body.id)}/restore`)).status).toBe(400);
    expect((await post(policy({}, { state: 'enabledForReportingButNotEnforced' }))).status).toBe(201);
  });
});

describe('FACTS §6 what a policy names must be there', () => {
  const { conditions } = policy();
  const whole: Readonly<Record<string, unknown>> = conditions;
  const lists: [string, string, string][] = [
    ['users', 'includeUsers', 'user'],
    ['users', 'excludeUsers', 'user'],
    ['users', 'includeGroups', 'group'],
    ['users', 'excludeGroups', 'group'],
    ['users', 'includeRoles', 'role'],
    ['users', 'excludeRoles', 'role'],
    ['applications', 'includeApplications', 'application'],
    ['applications', 'excludeApplications', 'application'],
    ['applications', 'includeUserActions', 'user action'],
    ['applications', 'includeAuthenticationContextClassReferences', 'authentication context'],
    ['clientApplications', 'includeServicePrincipals', 'service principal'],
    ['clientApplications', 'excludeServicePrincipals', 'service principal'],
    ['locations', 'includeLocations', 'named location'],
    ['locations', 'excludeLocations', 'named location'],
  ];

  test.each(lists)('%s/%s: an unknown %s is 1040', async (part, list, what) => {
    const reply = await post(
      policy({ [part]: { ...(whole[part] as object | undefined), [list]: [nobody] } }),
    );
    expect(reply.body.error.message).toBe(
      what === 'named location'
        ? `1040: NamedLocation with id ${nobody} does not exist in the directory.`
        : `1040: Policy contains ${/^[ao]/.test(what) ? 'an' : 'a'} ${what} that does not exist: ${nobody}.`,
    );
  });

  test.each(lists.filter(([, list]) => !/^include(Users|Applications|Locations)$|Locations$/.test(list)))(
    '%s/%s: All is no %s',
    async (part, list) => {
      expect(
        (await post(policy({ [part]: { ...(whole[part] as object | undefined), [list]: ['All'] } }))).status,
      ).toBe(400);
    },
  );

  test('roles by template, applications by appId, people and groups by id', async () => {
    const [graph] = await client.all("/servicePrincipals?$filter=displayName eq 'Microsoft Graph'");
    const users = {
      includeGroups: [group.id],
      excludeUsers: [ada.id],
      includeRoles: ['62e90394-69f5-4237-9190-012177145e10'],
    };
    expect((await post(policy({ users, applications: { includeApplications: [graph.appId] } }))).status).toBe(
      201,
    );
    const byId = policy({ applications: { includeApplications: [graph.id] } });
    expect(number(await post(byId))).toEqual([400, '1040']);
    expect(spoken()).toEqual([]);
  });

  test('strengths and terms of use too', async () => {
    const controls = (more: object) =>
      policy({}, { grantControls: { operator: 'OR', builtInControls: [], ...more } });
    expect(number(await post(controls({ authenticationStrength: { id: nobody } })))).toEqual([400, '1040']);
    expect(number(await post(controls({ termsOfUse: [nobody] })))).toEqual([400, '1040']);
    const [strength] = await client.all('/policies/authenticationStrengthPolicies');
    expect((await post(controls({ authenticationStrength: { id: strength.id } }))).status).toBe(201);
  });
});

describe('FACTS §6 named locations', () => {
  test.each<[string, object, number]>([
    ['countries', countries, 201],
    ['addresses', addresses, 201],
    [
      'addresses of the sixth version',
      {
        ...addresses,
        ipRanges: [{ '@odata.type': '#microsoft.graph.iPv6CidrRange', cidrAddress: '2001:db8::/32' }],
      },
      201,
    ],
    ['no type', { ...countries, '@odata.type': undefined }, 400],
    ['the abstract type', { ...countries, '@odata.type': '#microsoft.graph.namedLocation' }, 400],
    ['no name', { ...countries, displayName: undefined }, 400],
    ['no countries', { ...countries, countriesAndRegions: [] }, 400],
    ['no ranges', { ...addresses, ipRanges: undefined }, 400],
    ['a country that is none', { ...countries, countriesAndRegions: ['Germany'] }, 400],
    ['a lookup that is none', { ...countries, countryLookupMethod: 'guess' }, 400],
    ['trust in countries', { ...countries, isTrusted: true }, 400],
    ['countries among addresses', { ...addresses, countriesAndRegions: ['DE'] }, 400],
    ['null for trust', { ...addresses, isTrusted: null }, 400],
    ['a range without its type', { ...addresses, ipRanges: [{ cidrAddress: '192.0.2.0/24' }] }, 400],
    [
      'a range of the other version',
      { ...addresses, ipRanges: [{ ...range, cidrAddress: '2001:db8::/32' }] },
      400,
    ],
    ['a range too narrow', { ...addresses, ipRanges: [{ ...range, cidrAddress: '192.0.2.0/33' }] }, 400],
    ['an address alone', { ...addresses, ipRanges: [{ ...range, cidrAddress: '192.0.2.1' }] }, 400],
  ])('%s: %#', async (_what, body, status) => {
    expect((await client.post(`${base}/namedLocations`, body)).status).toBe(status);
    expect(spoken()).toEqual([]);
  });

  test('a PATCH names the type, which does not change', async () => {
    const path = at('namedLocations', await locate());
    expect((await client.patch(path, { displayName: 'M' })).status).toBe(400);
    expect(
      (await client.patch(path, { '@odata.type': addresses['@odata.type'], displayName: 'M' })).status,
    ).toBe(400);
    expect(
      (await client.patch(path, { '@odata.type': countries['@odata.type'], displayName: 'M' })).status,
    ).toBe(204);
    expect((await client.get(path)).body).toMatchObject({ displayName: 'M', countriesAndRegions: ['DE'] });
  });

  test.each(['includeLocations', 'excludeLocations'])(
    'one that a policy names in %s is not deleted; the policy in the bin does not hold it, and comes back only after it',
    async (list) => {
      const id = await locate();
      const other = list === 'includeLocations' ? {} : { includeLocations: ['All'] };
      const made = await post(policy({ locations: { ...other, [list]: [id] } }));
      expect(made.status).toBe(201);
      expect((await client.delete(at('namedLocations', id))).status).toBe(400);
      await client.delete(at('policies', made.body.id));
      expect((await client.delete(at('namedLocations', id))).status).toBe(204);
      const restorePolicy = () => client.post(`${at('deletedItems/policies', made.body.id)}/restore`);
      expect(number(await restorePolicy())).toEqual([400, '1040']);
      expect((await client.post(`${at('deletedItems/namedLocations', id)}/restore`)).status).toBe(200);
      expect((await restorePolicy()).status).toBe(200);
      expect((await client.delete(at('namedLocations', id))).status).toBe(400);
      expect(spoken()).toEqual([]);
    },
  );

  test('All and AllTrusted are no locations of the tenant and need none', async () => {
    const locations = { includeLocations: ['All'], excludeLocations: ['AllTrusted'] };
    expect((await post(policy({ locations }))).status).toBe(201);
  });
});
