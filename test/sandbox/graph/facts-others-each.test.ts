import { beforeEach, describe, expect, test } from '@jest/globals';
import { findContractDir, loadContract } from '../../../sandbox/contract/contract.js';
import { startTenant, type Body, type Client, type Reply } from './harness.js';
import { newUser, ref, security } from './scene.js';

/** FACTS §4, §5, §7 and §8, sentence by sentence: what the tables of their own leave out. */
const contract = loadContract(findContractDir());
const roles = '/roleManagement/directory';
const readers = '88d8e3e3-8f55-4a1e-953a-9b9898b8876b';
const e3 = '05e9a617-0261-4cee-bb44-138d3ef5d965';
const defaultAccess = '00000000-0000-0000-0000-000000000000';

let client: Client;
let ada: Body;
let bob: Body;

beforeEach(async () => {
  client = await startTenant({ contract });
  client.permissions = [
    ...client.permissions,
    'AdministrativeUnit.ReadWrite.All',
    'Application.ReadWrite.All',
    'AppRoleAssignment.ReadWrite.All',
    'DelegatedPermissionGrant.ReadWrite.All',
    'LicenseAssignment.ReadWrite.All',
    'Organization.ReadWrite.All',
    'Policy.ReadWrite.AuthenticationMethod',
    'RoleManagement.ReadWrite.Directory',
  ];
  ada = (await client.post('/users', newUser('ada', { usageLocation: 'DE' }))).body;
  bob = (await client.post('/users', newUser('bob'))).body;
});

const make = async (path: string, body: object): Promise<Body> => {
  const reply = await client.post(path, body);
  expect([path, reply.status, reply.body.error?.message]).toEqual([path, 201, undefined]);
  return reply.body;
};
const damage = (step: Record<string, unknown>) => client.tenant.damage(step);
const spoken = () => client.tenant.stats().violations.filter(({ direction }) => direction === 'answer');
const code = ({ status, body }: Reply): [number, string?] =>
  status < 400 ? [status] : [status, body.error.code];

describe('FACTS §4 roles', () => {
  const assign = (more: object = {}) =>
    client.post(`${roles}/roleAssignments`, {
      principalId: ada.id,
      roleDefinitionId: readers,
      directoryScopeId: '/',
      ...more,
    });

  test('directoryRoles lists activated ones only; templates are all built-in roles', async () => {
    const active = (await client.all('/directoryRoles')).map(({ roleTemplateId }) => roleTemplateId);
    const templates = (await client.all('/directoryRoleTemplates')).map(({ id }) => id);
    const builtIn = (await client.all(`${roles}/roleDefinitions`)).filter(({ isBuiltIn }) => isBuiltIn);
    expect(templates.sort()).toEqual(builtIn.map(({ id }) => id).sort());
    expect(active.length).toBeLessThan(templates.length);
    expect(builtIn.every(({ id, templateId }) => id === templateId)).toBe(true);
  });

  test('an assignment is made once at each scope, read with its principal, not changed, and deleted', async () => {
    const unit = await make('/directory/administrativeUnits', { displayName: 'U' });
    const app = await make('/applications', { displayName: 'A' });
    for (const scope of ['/', `/administrativeUnits/${unit.id}`, `/${app.id}`]) {
      expect([scope, (await assign({ directoryScopeId: scope })).status]).toEqual([scope, 201]);
      expect([scope, (await assign({ directoryScopeId: scope })).body.error?.message]).toEqual([
        scope,
        'A conflicting object with one or more of the specified property values is present in the directory.',
      ]);
    }
    const [held] = await client.all(
      `${roles}/roleAssignments?$filter=principalId eq '${ada.id}'&$expand=principal`,
    );
    expect(held.principal).toMatchObject({ '@odata.type': '#microsoft.graph.user', id: ada.id });
    const path = `${roles}/roleAssignments/${held.id}`;
    expect((await client.patch(path, { directoryScopeId: '/' })).status).toBe(405);
    expect((await client.delete(path)).status).toBe(204);
    expect((await client.delete(path)).status).toBe(404);
    expect(spoken()).toEqual([]);
  });

  test('principals are users, service principals and role-assignable groups', async () => {
    const plain = await make('/groups', security('plain'));
    const assignable = await make('/groups', security('admins', { isAssignableToRole: true }));
    const app = await make('/applications', { displayName: 'A' });
    const principal = await make('/servicePrincipals', { appId: app.appId });
    for (const [id, status] of [
      [assignable.id, 201],
      [principal.id, 201],
      [plain.id, 400],
      [app.id, 400],
    ])
      expect([id, (await assign({ principalId: id })).status]).toEqual([id, status]);
  });

  test('a custom definition takes its three properties and a template id; assigned, it is not deleted', async () => {
    const body = {
      displayName: 'Custom',
      isEnabled: true,
      templateId: '0f000000-0000-4000-8000-000000000001',
      rolePermissions: [{ allowedResourceActions: ['microsoft.directory/users/standard/read'] }],
    };
    for (const name of ['displayName', 'isEnabled', 'rolePermissions'])
      expect((await client.post(`${roles}/roleDefinitions`, { ...body, [name]: undefined })).status).toBe(
        400,
      );
    const made = await make(`${roles}/roleDefinitions`, body);
    expect([made.isBuiltIn, made.templateId]).toEqual([false, body.templateId]);
    const held = (await assign({ roleDefinitionId: made.id })).body;
    const path = `${roles}/roleDefinitions/${made.id}`;
    expect((await client.delete(path)).status).toBe(400);
    await client.delete(`${roles}/roleAssignments/${held.id}`);
    expect((await client.delete(path)).status).toBe(204);
    expect((await client.delete(`${roles}/roleDefinitions/${readers}`)).status).toBe(400);
  });

  test('instances tell the members of a group, marked as such; the schedule is the group’s', async () => {
    const group = await make('/groups', security('admins', { isAssignableToRole: true }));
    await client.post(`/groups/${group.id}/members/$ref`, ref(ada.id));
    await make(`${roles}/roleAssignmentScheduleRequests`, {
      action: 'adminAssign',
      principalId: group.id,
      roleDefinitionId: readers,
      directoryScopeId: '/',
      justification: 'why',
      scheduleInfo: { expiration: { type: 'noExpiration' } },
    });
    const all = await client.all(`${roles}/roleAssignmentScheduleInstances`);
    expect(all.map(({ principalId, memberType }) => [principalId, memberType])).toEqual([
      [group.id, 'Direct'],
      [ada.id, 'Group'],
    ]);
    expect(new Set(all.map(({ id }) => id)).size).toBe(2);
    expect(await client.all(`${roles}/roleAssignmentSchedules`)).toHaveLength(1);
    expect((await client.get(`${roles}/roleAssignmentScheduleInstances/${all[1].id}`)).body.memberType).toBe(
      'Group',
    );
    expect(spoken()).toEqual([]);
  });
});

describe('FACTS §5 applications and service principals', () => {
  const scope = { id: '0f000000-0000-4000-8000-000000000002', value: 'read', isEnabled: true, type: 'User' };

  test.each(['appId', 'createdDateTime', 'publisherDomain', 'applicationTemplateId', 'verifiedPublisher'])(
    '%s of an application is read-only',
    async (name) => {
      const app = await make('/applications', { displayName: 'A' });
      const text = `Property '${name}' is read-only and cannot be set.`;
      expect((await client.patch(`/applications/${app.id}`, { [name]: null })).body.error.message).toBe(text);
      expect(
        (await client.post('/applications', { displayName: 'B', [name]: null })).body.error.message,
      ).toBe(text);
    },
  );

  test('uniqueName is set once', async () => {
    const app = await make('/applications', { displayName: 'A' });
    const rename = (uniqueName: string) => client.patch(`/applications/${app.id}`, { uniqueName });
    expect([(await rename('a')).status, (await rename('a')).status, (await rename('b')).status]).toEqual([
      204, 204, 400,
    ]);
  });

  test('made again it has new ids; its roles and scopes keep theirs', async () => {
    const role = {
      id: '0f000000-0000-4000-8000-000000000001',
      allowedMemberTypes: ['User'],
      displayName: 'R',
      description: 'R',
      isEnabled: true,
      value: 'R',
    };
    const body = { displayName: 'A', appRoles: [role], api: { oauth2PermissionScopes: [scope] } };
    const [one, two] = [await make('/applications', body), await make('/applications', body)];
    expect([one.id === two.id, one.appId === two.appId]).toEqual([false, false]);
    expect([one.appRoles[0].id, two.api.oauth2PermissionScopes[0].id]).toEqual([role.id, scope.id]);
  });

  test('a scope is disabled before it is removed, like a role', async () => {
    const app = await make('/applications', { displayName: 'A', api: { oauth2PermissionScopes: [scope] } });
    const set = (...scopes: object[]) =>
      client.patch(`/applications/${app.id}`, { api: { oauth2PermissionScopes: scopes } });
    expect(code(await set())).toEqual([400, 'CannotDeleteOrUpdateEnabledEntitlement']);
    expect((await set({ ...scope, isEnabled: false })).status).toBe(204);
    expect((await set()).status).toBe(204);
  });

  test('a service principal is made for an application, once, and of no kind of its own', async () => {
    const app = await make('/applications', { displayName: 'A' });
    const post = (body: object) => client.post('/servicePrincipals', body);
    expect((await post({})).status).toBe(400);
    expect((await post({ appId: '0f000000-0000-4000-8000-000000000009' })).status).toBe(400);
    expect((await post({ appId: app.appId, servicePrincipalType: 'ManagedIdentity' })).status).toBe(400);
    expect((await post({ appId: app.appId })).status).toBe(201);
    expect(code(await post({ appId: app.appId }))).toEqual([409, 'Request_MultipleObjectsWithSameKeyValue']);
  });

  test('a managed identity stands in the bin and is neither restored nor purged', async () => {
    const id = '0e000000-0000-4000-8000-000000000001';
    await damage({
      do: 'seed',
      object: {
        '@odata.type': '#microsoft.graph.servicePrincipal',
        id,
        appId: '0e000000-0000-4000-8000-000000000002',
        displayName: 'VM',
        servicePrincipalType: 'ManagedIdentity',
      },
    });
    await client.delete(`/servicePrincipals/${id}`);
    const item = `/directory/deletedItems/${id}`;
    expect((await client.get(item)).status).toBe(200);
    expect([(await client.post(`${item}/restore`)).status, (await client.delete(item)).status]).toEqual([
      400, 400,
    ]);
  });

  test('an app role assignment hangs on user, group or service principal alike; grants come back with their client', async () => {
    const app = await make('/applications', { displayName: 'A' });
    const resource = await make('/servicePrincipals', { appId: app.appId });
    const other = await make('/servicePrincipals', {
      appId: (await make('/applications', { displayName: 'B' })).appId,
    });
    const group = await make('/groups', security('readers'));
    for (const [set, one] of [
      ['users', ada],
      ['groups', group],
      ['servicePrincipals', other],
    ] as const) {
      const path = `/${set}/${one.id}/appRoleAssignments`;
      const made = await make(path, {
        principalId: one.id,
        resourceId: resource.id,
        appRoleId: defaultAccess,
      });
      expect((await client.patch(`${path}/${made.id}`, {})).status).toBe(405);
    }
    expect(await client.all(`/servicePrincipals/${resource.id}/appRoleAssignedTo`)).toHaveLength(3);
    const grant = await make('/oauth2PermissionGrants', {
      clientId: other.id,
      consentType: 'AllPrincipals',
      resourceId: resource.id,
      scope: 'read',
    });
    const path = `/oauth2PermissionGrants/${grant.id}`;
    expect((await client.patch(path, { scope: 'read write' })).status).toBe(204);
    expect((await client.patch(path, { consentType: 'Principal' })).status).toBe(400);
    await client.delete(`/servicePrincipals/${other.id}`);
    await client.post(`/directory/deletedItems/${other.id}/restore`);
    expect((await client.get(path)).body.scope).toBe('read write');
    expect(spoken()).toEqual([]);
  });
});

describe('FACTS §6, §7 the organization and its licences', () => {
  const assign = (add: object[], remove: string[] = [], user: Body = ada) =>
    client.post(`/users/${user.id}/assignLicense`, { addLicenses: add, removeLicenses: remove });

  test('few properties of the organization are writable; domains and licences are read', async () => {
    const [organization] = await client.all('/organization');
    const change = (body: object) => client.patch(`/organization/${organization.id}`, body);
    expect((await change({ technicalNotificationMails: ['it@northwind.example'] })).status).toBe(204);
    expect((await change({ verifiedDomains: [] })).status).toBe(400);
    expect((await change({ displayName: 'Mine' })).status).toBe(400);
    for (const path of ['/domains', '/subscribedSkus'])
      expect((await client.post(path, {})).status).toBe(405);
  });

  test('added again, the disabled plans are replaced', async () => {
    const [plan] = (await client.all('/subscribedSkus')).find(({ skuId }) => skuId === e3).servicePlans;
    const held = async () =>
      (await client.get(`/users/${ada.id}?$select=assignedLicenses`)).body.assignedLicenses;
    expect((await assign([{ skuId: e3, disabledPlans: [plan.servicePlanId] }])).status).toBe(200);
    expect(await held()).toEqual([{ skuId: e3, disabledPlans: [plan.servicePlanId] }]);
    expect((await assign([{ skuId: e3, disabledPlans: [] }])).status).toBe(200);
    expect(await held()).toEqual([{ skuId: e3, disabledPlans: [] }]);
  });

  test('what is for the company is not assigned; what has no units left neither', async () => {
    const sku = (skuId: string, more: object) =>
      damage({
        do: 'seed',
        object: {
          '@odata.type': '#microsoft.graph.subscribedSku',
          id: `t_${skuId}`,
          skuId,
          appliesTo: 'User',
          capabilityStatus: 'Enabled',
          prepaidUnits: { enabled: 1, suspended: 0, warning: 0, lockedOut: 0 },
          servicePlans: [],
          ...more,
        },
      });
    const [company, scarce] = [
      '0e000000-0000-4000-8000-000000000011',
      '0e000000-0000-4000-8000-000000000012',
    ];
    await sku(company, { appliesTo: 'Company' });
    await sku(scarce, {});
    await client.patch(`/users/${bob.id}`, { usageLocation: 'DE' });
    expect((await assign([{ skuId: company, disabledPlans: [] }])).status).toBe(400);
    expect((await assign([{ skuId: scarce, disabledPlans: [] }])).status).toBe(200);
    expect(code(await assign([{ skuId: scarce, disabledPlans: [] }], [], bob))).toEqual([
      400,
      'Request_BadRequest',
    ]);
    expect((await assign([], [scarce])).status).toBe(200);
    expect((await assign([{ skuId: scarce, disabledPlans: [] }], [], bob)).status).toBe(200);
  });
});

describe('FACTS §8 authentication methods', () => {
  const methods = (user: Body = ada) => `/users/${user.id}/authentication`;

  test.each([
    'fido2Methods',
    'microsoftAuthenticatorMethods',
    'softwareOathMethods',
    'windowsHelloForBusinessMethods',
    'passwordMethods',
  ])('%s cannot be made: the secret lives elsewhere', async (segment) => {
    expect((await client.get(`${methods()}/${segment}`)).status).toBe(200);
    expect((await client.post(`${methods()}/${segment}`, {})).status).toBe(405);
  });

  test('each method tells its type among all, and none in its own list; a password is never told', async () => {
    await make(`${methods()}/phoneMethods`, { phoneNumber: '+1 5550100', phoneType: 'office' });
    await make(`${methods()}/emailMethods`, { emailAddress: 'ada@partner.example' });
    const all = await client.all(`${methods()}/methods`);
    expect(all.map((one) => one['@odata.type'].split('.').at(-1)).sort()).toEqual([
      'emailAuthenticationMethod',
      'passwordAuthenticationMethod',
      'phoneAuthenticationMethod',
    ]);
    expect(all.find((one) => 'password' in one).password).toBeNull();
    expect(Object.keys((await client.all(`${methods()}/phoneMethods`))[0])).not.toContain('@odata.type');
    expect(spoken()).toEqual([]);
  });

  test.each<[string, object]>([
    ['a number without its country', { phoneNumber: '5550100', phoneType: 'mobile' }],
    ['a type that is none', { phoneNumber: '+1 5550100', phoneType: 'home' }],
    ['no number', { phoneType: 'mobile' }],
  ])('%s is no phone', async (_what, body) => {
    expect((await client.post(`${methods()}/phoneMethods`, body)).status).toBe(400);
  });

  test('out of the bin phone and e-mail are there again', async () => {
    await make(`${methods()}/phoneMethods`, { phoneNumber: '+1 5550100', phoneType: 'mobile' });
    await make(`${methods()}/emailMethods`, { emailAddress: 'ada@partner.example' });
    await client.delete(`/users/${ada.id}`);
    expect((await client.get(`${methods()}/methods`)).status).toBe(404);
    await client.post(`/directory/deletedItems/${ada.id}/restore`);
    expect(await client.all(`${methods()}/methods`)).toHaveLength(3);
  });

  test('a number signs in where the policy lets it', async () => {
    const { id } = await make(`${methods()}/phoneMethods`, {
      phoneNumber: '+1 5550100',
      phoneType: 'mobile',
    });
    const turn = (verb: string) => client.post(`${methods()}/phoneMethods/${id}/${verb}SmsSignIn`);
    expect((await turn('enable')).status).toBe(400);
    const sms = '/policies/authenticationMethodsPolicy/authenticationMethodConfigurations/Sms';
    const type = { '@odata.type': '#microsoft.graph.smsAuthenticationMethodConfiguration' };
    expect((await client.patch(sms, { ...type, state: 'enabled' })).status).toBe(204);
    expect([(await turn('enable')).status, (await turn('disable')).status]).toEqual([204, 204]);
  });

  describe('Temporary Access Pass', () => {
    const pass =
      '/policies/authenticationMethodsPolicy/authenticationMethodConfigurations/TemporaryAccessPass';
    const type = { '@odata.type': '#microsoft.graph.temporaryAccessPassAuthenticationMethodConfiguration' };
    const ask = (body: object = {}) => client.post(`${methods()}/temporaryAccessPassMethods`, body);

    test('ten minutes to thirty days, as far as the policy goes', async () => {
      expect(
        (
          await client.patch(pass, {
            ...type,
            minimumLifetimeInMinutes: 10,
            maximumLifetimeInMinutes: 43_200,
          })
        ).status,
      ).toBe(204);
      for (const lifetimeInMinutes of [9, 43_201])
        expect((await ask({ lifetimeInMinutes })).status).toBe(400);
      expect((await ask({ lifetimeInMinutes: 43_200 })).status).toBe(201);
    });

    test('not where the policy has none', async () => {
      expect((await client.patch(pass, { ...type, state: 'disabled' })).status).toBe(204);
      expect((await ask()).status).toBe(400);
    });

    test('for a user outside the policy it is made, and is of no use', async () => {
      const group = await make('/groups', security('passes'));
      const includeTargets = [{ targetType: 'group', id: group.id }];
      expect((await client.patch(pass, { ...type, includeTargets })).status).toBe(204);
      const { body } = await ask();
      expect([body.temporaryAccessPass.length, body.isUsable, body.methodUsabilityReason]).toEqual([
        8,
        false,
        'DisabledByPolicy',
      ]);
    });

    test('once or often, as the policy says', async () => {
      expect((await client.patch(pass, { ...type, isUsableOnce: true })).status).toBe(204);
      expect((await ask({ isUsableOnce: false })).status).toBe(400);
      expect((await ask()).body.isUsableOnce).toBe(true);
    });

    test('later it is not valid yet', async () => {
      const startDateTime = new Date(client.clock.now().getTime() + 3_600_000).toISOString();
      const { body } = await ask({ startDateTime });
      expect([body.isUsable, body.methodUsabilityReason]).toEqual([false, 'NotYetValid']);
      await client.clock.advance(3_600_000);
      const [now] = await client.all(`${methods()}/temporaryAccessPassMethods`);
      expect([now.isUsable, now.temporaryAccessPass]).toEqual([true, null]);
    });
  });
});
