import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { catalog, createCatalog } from '../../../services/catalog/index.js';
import { disabledFeatures, featuresOf } from '../../../services/catalog/features.js';
import { whatIsCovered } from '../../../services/catalog/covered.js';
import { RewindError } from '../../../services/model/errors.js';
import { shownValue } from '../../../services/catalog/rules.js';

const contractDir = process.env['CONTRACT_DIR'] ?? '../shared';
const permissionsFile = join(contractDir, 'graph/permissions-v1.0-slice.json');
const csdlFile = join(contractDir, 'graph/csdl-v1.0-slice.json');
const withContract = existsSync(permissionsFile) ? test : test.skip;
if (!existsSync(permissionsFile)) console.warn(`SKIPPED: no contract data in ${contractDir} (CONTRACT_DIR)`);

describe.each(catalog.types.map((type) => [type.name, type] as const))('catalogue type %s', (name, type) => {
  test('every selected property has a rule, and every rule is selected', () => {
    expect([...type.graph.select].sort()).toEqual(Object.keys(type.properties).sort());
  });

  test('a rule that Graph never writes says why, or is kept as evidence only', () => {
    const silent = Object.entries(type.properties).filter(
      ([, rule]) => rule.write === 'never' && !rule.volatile && !rule.because,
    );
    expect(silent).toEqual([]);
  });

  test('what is shown first is known, each once', () => {
    expect(type.shownFirst.filter((property) => type.properties[property] === undefined)).toEqual([]);
    expect(new Set(type.shownFirst).size).toBe(type.shownFirst.length);
  });

  test('labels are unique and no property follows one that is not there', () => {
    const labels = Object.values(type.properties).map(({ label }) => label);
    expect(new Set(labels).size).toBe(labels.length);
    const followed = Object.values(type.properties).flatMap(({ follows }) => follows ?? []);
    expect(followed.filter((property) => type.properties[property] === undefined)).toEqual([]);
  });

  test('natural keys, search properties and expanded links are of this catalogue', () => {
    for (const property of [...type.naturalKeys, ...type.graph.search])
      expect(type.properties).toHaveProperty(property);
    for (const [kind, navigation] of Object.entries(type.graph.expand))
      expect(catalog.link(kind)).toMatchObject({ sourceType: name, segment: navigation, single: true });
    const inDelta = catalog.linksFromSource(name).filter((link) => link.inDelta);
    expect(inDelta.map(({ segment }) => segment).sort()).toEqual([...type.graph.deltaLinks].sort());
  });

  test('names an empty body without failing', () => {
    const body = catalog.emptyBody(name);
    expect(type.nameOf(body)).not.toBe('');
    expect(type.keysOf(body)).toEqual([]);
    expect(type.kindNameOf(body)).not.toBe('');
    expect(type.obstacle(body, 'live')).toBeNull();
    expect(Object.keys(body).sort()).toEqual([...type.graph.select].sort());
  });

  test('a create body holds only what a create may carry', () => {
    const full = Object.fromEntries(type.graph.select.map((property) => [property, 'x']));
    for (const property of Object.keys(type.createBody(full)))
      expect(['yes', 'own', 'create']).toContain(type.properties[property]?.write);
  });
});

describe('catalogue of links', () => {
  test.each(catalog.links.map((link) => [link.kind, link] as const))(
    '%s joins types that are there',
    (_, link) => {
      expect(catalog.find(link.sourceType)).toBeDefined();
      for (const target of link.targetTypes) expect(catalog.find(target)).toBeDefined();
      expect(link.targetsPerWrite).toBeGreaterThanOrEqual(1);
      expect(link.targetsPerWrite).toBeLessThanOrEqual(20);
    },
  );

  test('[R6] offers memberships, ownerships and manager of a user, members and owners of a group', () => {
    expect(catalog.aspectsOf('user').map(({ name }) => name)).toEqual([
      'memberships',
      'ownerships',
      'manager',
    ]);
    expect(catalog.aspectsOf('group').map(({ name }) => name)).toEqual(['memberships', 'members', 'owners']);
  });

  const security = { groupTypes: [], mailEnabled: false, securityEnabled: true };
  test.each([
    ['security', security, null],
    ['Microsoft 365', { groupTypes: ['Unified'], mailEnabled: true }, null],
    [
      'mail-enabled',
      { groupTypes: [], mailEnabled: true, securityEnabled: true },
      {
        reason: 'mail-enabled group, Graph cannot change it',
        where: 'Exchange admin centre',
        leavesWork: true,
      },
    ],
    [
      'dynamic',
      { ...security, groupTypes: ['DynamicMembership'] },
      { reason: 'dynamic, Entra adds members by rule within minutes', leavesWork: false },
    ],
    [
      'synced',
      { ...security, onPremisesSyncEnabled: true },
      {
        reason: 'synced from on-premises, Graph cannot change it',
        where: 'on-premises Active Directory',
        leavesWork: true,
      },
    ],
  ])('[R16] says why members of a %s group can or cannot be written', (_, source, obstacle) => {
    expect(catalog.link('member').obstacle(source, null)).toEqual(obstacle);
  });

  test('[R14] owners of a dynamic group can be written', () => {
    const dynamic = { ...security, groupTypes: ['DynamicMembership'] };
    expect(catalog.link('owner').obstacle(dynamic, null)).toBeNull();
  });

  test('[A1] a role-assignable group makes its links granting', () => {
    expect(catalog.link('member').grantingBecause({ isAssignableToRole: true })).toBe(
      'role-assignable group',
    );
    expect(catalog.link('member').grantingBecause(security)).toBeNull();
  });
});

describe('catalogue of users', () => {
  const user = catalog.type('user');

  test('[A9] enabling an account gives a live account; keeping it enabled gives nothing', () => {
    const gives = user.properties['accountEnabled']?.gives;
    expect(gives?.(false, true)).toBe('a live account');
    expect(gives?.(undefined, true)).toBe('a live account');
    expect(gives?.(true, true)).toBeNull();
    expect(gives?.(true, false)).toBeNull();
  });

  test('takes the id off the UPN of a user in the recycle bin, and leaves another UPN alone', () => {
    const id = '0a1b2c3d-0000-4000-8000-00000000beef';
    const inBin = { userPrincipalName: '0A1B2C3d00004000800000000000beefada@contoso.example' };
    expect(user.graph.bodyInBin(id, inBin)).toEqual({ userPrincipalName: 'ada@contoso.example' });
    const plain = { userPrincipalName: 'ada@contoso.example' };
    expect(user.graph.bodyInBin(id, plain)).toEqual(plain);
  });

  test('extension attributes have one form, however many Graph names', () => {
    const normal = user.properties['onPremisesExtensionAttributes']?.normal;
    expect(normal?.({ extensionAttribute2: 'b', extensionAttribute3: '' })).toEqual(
      normal?.({ extensionAttribute1: null, extensionAttribute2: 'b' }),
    );
    expect(normal?.(null)).toEqual(catalog.emptyBody('user')['onPremisesExtensionAttributes']);
  });

  test('a recreated user keeps what can be set, without nulls, read-only values and evidence', () => {
    const body = user.createBody({
      displayName: 'Erik Sand',
      accountEnabled: false,
      department: null,
      businessPhones: [],
      otherMails: ['e@home.example'],
      proxyAddresses: ['SMTP:e@contoso.example'],
      createdDateTime: '2020-01-01T00:00:00Z',
      onPremisesExtensionAttributes: { extensionAttribute1: null, extensionAttribute2: 'x' },
      employeeOrgData: { costCenter: null, division: null },
    });
    expect(body).toEqual({
      displayName: 'Erik Sand',
      accountEnabled: false,
      otherMails: ['e@home.example'],
      onPremisesExtensionAttributes: { extensionAttribute2: 'x' },
    });
  });

  test('[P1] no secret is a property of it', () => {
    expect(Object.keys(user.properties)).not.toContain('passwordProfile');
  });
});

describe('catalogue of groups', () => {
  const group = catalog.type('group');
  test.each([
    [{ groupTypes: [], mailEnabled: false }, 'security group', true],
    [{ groupTypes: [], mailEnabled: false, isAssignableToRole: true }, 'role-assignable group', true],
    [{ groupTypes: ['Unified'], mailEnabled: true }, 'Microsoft 365 group', true],
    [{ groupTypes: [], mailEnabled: true, securityEnabled: true }, 'mail-enabled security group', false],
    [{ groupTypes: [], mailEnabled: true, securityEnabled: false }, 'distribution list', false],
    [{ groupTypes: ['DynamicMembership'], mailEnabled: false }, 'dynamic group', true],
    [{ groupTypes: [], onPremisesSyncEnabled: true }, 'security group', false],
  ])('%j is a %s; goes to the recycle bin: %s', (body, kind, soft) => {
    expect(group.kindNameOf(body)).toBe(kind);
    expect(group.softDeletes(body)).toBe(soft);
    expect(shownValue(group.properties['groupTypes']!, 'groupTypes', body)).toBe(kind);
  });

  test('a recreated group has what Graph requires, and does not ask for roles it does not need', () => {
    const body = group.createBody({
      displayName: 'Finance leads',
      mailNickname: 'finleads',
      mailEnabled: false,
      securityEnabled: true,
      groupTypes: [],
      isAssignableToRole: false,
      mail: null,
    });
    expect(body).toEqual({
      displayName: 'Finance leads',
      mailNickname: 'finleads',
      mailEnabled: false,
      securityEnabled: true,
      groupTypes: [],
    });
    expect(group.createBody({ ...body, isAssignableToRole: true })['isAssignableToRole']).toBe(true);
  });

  test('[A1] switching the rule on gives what the rule gives', () => {
    const { membershipRule, membershipRuleProcessingState } = group.properties;
    expect(membershipRule?.gives?.('a', 'b')).toBe('memberships by the rule of this group');
    expect(membershipRule?.gives?.('a', null)).toBeNull();
    expect(membershipRuleProcessingState?.gives?.('Paused', 'On')).toBe(
      'memberships by the rule of this group',
    );
  });
});

describe('registry', () => {
  test('refuses a name that is not in it', () => {
    expect(() => catalog.type('device')).toThrow(RewindError);
    expect(() => catalog.link('licence')).toThrow(RewindError);
    expect(catalog.find('device')).toBeUndefined();
  });

  test('finds a type by the name Graph gives it', () => {
    expect(catalog.typeOfOdata('#microsoft.graph.user')?.name).toBe('user');
    expect(catalog.typeOfOdata('microsoft.graph.group')?.name).toBe('group');
    expect(catalog.typeOfOdata('#microsoft.graph.device')).toBeUndefined();
  });

  test('a catalogue of fewer types derives from those alone', () => {
    const usersOnly = createCatalog([catalog.type('user')], [catalog.link('manager')]);
    expect(usersOnly.linksToTarget('user').map(({ kind }) => kind)).toEqual(['manager']);
    expect(whatIsCovered(usersOnly)).toHaveLength(1);
  });
});

describe('what is covered', () => {
  test('[B9] every property of every type is told exactly once', () => {
    for (const covered of whatIsCovered(catalog)) {
      const told = [
        ...covered.restored,
        ...covered.restoredAtCreate.map(({ label }) => label),
        ...covered.shownOnly.map(({ label }) => label),
        ...covered.keptOnly,
      ];
      const labels = Object.values(catalog.type(covered.name).properties).map(({ label }) => label);
      expect(told.sort()).toEqual(labels.sort());
    }
  });
});

describe('permissions', () => {
  const least = new Set(
    featuresOf(catalog).flatMap(({ needs }) => needs.map(([permission]) => permission as string)),
  );

  test('[T2] with the least permissions of every feature nothing is disabled', () => {
    expect(disabledFeatures(catalog, least)).toEqual([]);
  });

  test('[T2] names what a missing permission disables, and the least one to grant', () => {
    const granted = new Set(
      [...least].filter((permission) => permission !== 'UserAuthMethod-TAP.ReadWrite.All'),
    );
    expect(disabledFeatures(catalog, granted)).toEqual([
      expect.objectContaining({
        name: 'Issue a Temporary Access Pass',
        missing: ['UserAuthMethod-TAP.ReadWrite.All'],
      }),
    ]);
  });

  test('[T2] without any permission every feature is disabled', () => {
    expect(disabledFeatures(catalog, new Set())).toHaveLength(featuresOf(catalog).length);
  });

  withContract('[T2] every permission that is asked for exists for applications', () => {
    const { operations } = JSON.parse(readFileSync(permissionsFile, 'utf8')) as {
      operations: Record<string, { Application?: { allowed: string[] } }>;
    };
    const known = new Set(Object.values(operations).flatMap(({ Application }) => Application?.allowed ?? []));
    // README, "the permissions file lacks operations that the headline needs"
    for (const name of ['User.DeleteRestore.All', 'Policy.Read.ConditionalAccess']) known.add(name);
    expect([...least].filter((permission) => !known.has(permission))).toEqual([]);
  });
});

describe('against the published model', () => {
  withContract.each(catalog.types.map((type) => [type.name, type] as const))(
    'every property of %s is one that Graph describes',
    (name, type) => {
      const { types } = JSON.parse(readFileSync(csdlFile, 'utf8')) as {
        types: Record<string, { props: Record<string, { collection?: boolean }> }>;
      };
      const described = types[`microsoft.graph.${name}`]?.props ?? {};
      expect(type.graph.select.filter((property) => described[property] === undefined)).toEqual([]);
      const collections = type.graph.select.filter((property) => described[property]?.collection);
      const asSets = type.graph.select.filter((property) => type.properties[property]?.compare === 'set');
      expect(asSets.sort()).toEqual(collections.sort());
    },
  );
});
