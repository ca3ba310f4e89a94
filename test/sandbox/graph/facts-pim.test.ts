import { beforeEach, describe, expect, test } from '@jest/globals';
import { findContractDir, loadContract } from '../../../sandbox/contract/contract.js';
import { startTenant, type Body, type Client, type Reply } from './harness.js';
import { error, newUser, verdict } from './scene.js';

const role = '88d8e3e3-8f55-4a1e-953a-9b9898b8876b';
const base = '/roleManagement/directory';
const hour = 3600 * 1000;

/** Read once: what it judges is told to each tenant. */
const contract = loadContract(findContractDir());

let client: Client;
let ada: Body;

beforeEach(async () => {
  client = await startTenant({ contract });
  client.allow('RoleManagement.ReadWrite.Directory');
  ada = (await client.post('/users', newUser('ada'))).body;
});

const request = (more: object = {}) => ({
  action: 'adminAssign',
  principalId: ada.id,
  roleDefinitionId: role,
  directoryScopeId: '/',
  justification: 'restored',
  scheduleInfo: { startDateTime: null, expiration: { type: 'noExpiration' } },
  ...more,
});
const held = (collection: string) =>
  client.all(`${base}/${collection}?$filter=principalId eq '${ada.id}'`) as Promise<Body[]>;
const eligibility = `${base}/roleEligibilityScheduleRequests`;
const assignment = `${base}/roleAssignmentScheduleRequests`;
const until = (hours: number) => ({
  expiration: {
    type: 'afterDateTime',
    endDateTime: new Date(client.clock.now().getTime() + hours * hour).toISOString(),
  },
});
const spoken = () => client.tenant.stats().violations.map(({ text }) => text);

describe('FACTS §4 PIM', () => {
  test('adminAssign makes an eligible schedule and its instance; a second is RoleAssignmentExists', async () => {
    const made = await client.post(`${base}/roleEligibilityScheduleRequests`, request());
    expect([made.status, made.body.status, made.body.action]).toEqual([201, 'Provisioned', 'adminAssign']);
    const [schedule] = await held('roleEligibilitySchedules');
    expect(schedule).toMatchObject({
      id: made.body.targetScheduleId,
      memberType: 'Direct',
      status: 'Provisioned',
    });
    const [instance] = await held('roleEligibilityScheduleInstances');
    expect([instance.roleEligibilityScheduleId, instance.endDateTime]).toEqual([schedule.id, null]);
    const again = await client.post(`${base}/roleEligibilityScheduleRequests`, request());
    expect([again.status, error(again.body)[0]]).toEqual([400, 'RoleAssignmentExists']);
    expect(await held('roleAssignments')).toEqual([]);
    expect(spoken()).toEqual([]);
  });

  test('adminRemove is Revoked and takes the schedule away; without one it is refused', async () => {
    const path = `${base}/roleEligibilityScheduleRequests`;
    const none = await client.post(path, request({ action: 'adminRemove', scheduleInfo: undefined }));
    expect([none.status, error(none.body)[0]]).toEqual([400, 'RoleAssignmentDoesNotExist']);
    await client.post(path, request());
    const removed = await client.post(path, request({ action: 'adminRemove', scheduleInfo: undefined }));
    expect([removed.status, removed.body.status]).toEqual([201, 'Revoked']);
    expect(await held('roleEligibilitySchedules')).toEqual([]);
  });

  test('a role held for eight hours is an assignment until then, on the sandbox clock', async () => {
    const info = { expiration: { type: 'afterDuration', duration: 'PT8H' } };
    const path = `${base}/roleAssignmentScheduleRequests`;
    expect((await client.post(path, request({ scheduleInfo: info }))).status).toBe(201);
    expect(await held('roleAssignments')).toHaveLength(1);
    const [instance] = await held('roleAssignmentScheduleInstances');
    expect([
      instance.assignmentType,
      Date.parse(instance.endDateTime) - client.clock.now().getTime(),
    ]).toEqual(['Assigned', 8 * hour]);
    await client.clock.advance(9 * hour);
    expect(await held('roleAssignments')).toEqual([]);
    expect(await held('roleAssignmentSchedules')).toEqual([]);
    expect(spoken()).toEqual([]);
  });

  test('a later start waits as Granted, can be canceled, and is in the way of another request', async () => {
    const startDateTime = new Date(client.clock.now().getTime() + hour).toISOString();
    const later = request({ scheduleInfo: { startDateTime, expiration: { type: 'noExpiration' } } });
    const path = `${base}/roleEligibilityScheduleRequests`;
    const first = await client.post(path, later);
    expect(first.body.status).toBe('Granted');
    expect(error((await client.post(path, later)).body)[0]).toBe('PendingRoleAssignmentRequest');
    expect((await client.post(`${path}/${first.body.id}/cancel`)).status).toBe(204);
    expect((await client.get(`${path}/${first.body.id}`)).body.status).toBe('Canceled');
    const second = await client.post(path, later);
    expect(await held('roleEligibilitySchedules')).toEqual([]);
    await client.clock.advance(2 * hour);
    expect((await client.get(`${path}/${second.body.id}`)).body.status).toBe('Provisioned');
    expect(await held('roleEligibilitySchedules')).toHaveLength(1);
    expect((await client.post(`${path}/${second.body.id}/cancel`)).status).toBe(400);
  });

  test('isValidationOnly judges and changes nothing', async () => {
    const path = `${base}/roleEligibilityScheduleRequests`;
    expect((await client.post(path, request({ isValidationOnly: true }))).status).toBe(201);
    expect(await held('roleEligibilitySchedules')).toEqual([]);
    expect((await client.all(path)).length).toBe(0);
  });

  test.each([
    [
      'an unknown member of the schedule',
      { scheduleInfo: { expiration: { type: 'noExpiration' }, until: 'x' } },
    ],
    ['a duration that is none', { scheduleInfo: { expiration: { type: 'afterDuration', duration: '8h' } } }],
    [
      'an end in the past',
      { scheduleInfo: { expiration: { type: 'afterDateTime', endDateTime: '2020-01-01T00:00:00Z' } } },
    ],
    ['an end that is not given', { scheduleInfo: { expiration: { type: 'afterDateTime' } } }],
    ['a recurrence', { scheduleInfo: { recurrence: { pattern: { type: 'daily' } } } }],
    ['no schedule at all', { scheduleInfo: undefined }],
    ['no scope', { directoryScopeId: undefined }],
  ])('%s is refused', async (_name, more) => {
    const answer = await client.post(`${base}/roleEligibilityScheduleRequests`, request(more));
    expect(answer.status).toBe(400);
    expect(await held('roleEligibilitySchedules')).toEqual([]);
  });

  test.each(['selfActivate', 'selfDeactivate', 'selfExtend', 'selfRenew'])(
    "%s is a person's, and is refused to an application",
    async (action) => {
      await client.post(eligibility, request());
      expect((await client.post(assignment, request({ action }))).status).toBe(400);
      expect((await client.post(eligibility, request({ action }))).status).toBe(400);
      expect(await held('roleAssignments')).toEqual([]);
    },
  );

  test.each([
    ['an unknown principal', { principalId: '0f000000-0000-4000-8000-000000000009' }, 'SubjectNotFound'],
    ['an unknown role', { roleDefinitionId: '0f000000-0000-4000-8000-000000000009' }, 'RoleNotFound'],
  ])('%s is refused by its own code', async (_what, more, expected) => {
    expect(verdict(await client.post(eligibility, request(more)))).toEqual([400, expected]);
  });

  test('a role is assigned to a service principal, which cannot be made eligible (schema: principalId)', async () => {
    const [{ id: principalId }] = await client.all('/servicePrincipals');
    expect((await client.post(eligibility, request({ principalId }))).status).toBe(400);
    expect((await client.post(assignment, request({ principalId }))).status).toBe(201);
    expect(spoken()).toEqual([]);
  });

  test('afterDateTime ends then; adminUpdate changes the end; the instance says so', async () => {
    await client.post(eligibility, request({ scheduleInfo: until(4) }));
    const [before] = await held('roleEligibilityScheduleInstances');
    const updated = await client.post(
      eligibility,
      request({ action: 'adminUpdate', scheduleInfo: until(2) }),
    );
    expect([updated.status, updated.body.status]).toEqual([201, 'Provisioned']);
    const [after] = await held('roleEligibilityScheduleInstances');
    expect(Date.parse(before.endDateTime) - Date.parse(after.endDateTime)).toBe(2 * hour);
    expect(updated.body.targetScheduleId).toBe(before.roleEligibilityScheduleId);
    await client.clock.advance(3 * hour);
    expect(await held('roleEligibilitySchedules')).toEqual([]);
    expect(spoken()).toEqual([]);
  });

  test('adminExtend moves the end further, never nearer; without a schedule there is nothing to extend', async () => {
    const extend = (scheduleInfo: object) =>
      client.post(assignment, request({ action: 'adminExtend', scheduleInfo }));
    expect(verdict(await extend(until(8)))).toEqual([400, 'RoleAssignmentDoesNotExist']);
    await client.post(assignment, request({ scheduleInfo: until(4) }));
    expect(verdict(await extend(until(2)))).toEqual([400, 'RoleAssignmentRequestPolicyValidationFailed']);
    expect((await extend(until(8))).body.status).toBe('Provisioned');
    await client.clock.advance(6 * hour);
    expect(await held('roleAssignments')).toHaveLength(1);
    await client.clock.advance(3 * hour);
    expect(await held('roleAssignments')).toEqual([]);
  });

  test('adminRenew is for what has expired', async () => {
    const renew = () => client.post(assignment, request({ action: 'adminRenew', scheduleInfo: until(4) }));
    expect(verdict(await renew())).toEqual([400, 'RoleAssignmentDoesNotExist']);
    await client.post(assignment, request({ scheduleInfo: until(4) }));
    expect(verdict(await renew())).toEqual([400, 'RoleAssignmentExists']);
    await client.clock.advance(5 * hour);
    expect(await held('roleAssignments')).toEqual([]);
    expect((await renew()).body.status).toBe('Provisioned');
    expect(await held('roleAssignments')).toHaveLength(1);
    expect(spoken()).toEqual([]);
  });

  test('a role held without PIM exists already; one active is not eligible, and the other way round', async () => {
    const subject = { principalId: ada.id, roleDefinitionId: role, directoryScopeId: '/' };
    await client.post(`${base}/roleAssignments`, subject);
    expect(verdict(await client.post(assignment, request()))).toEqual([400, 'RoleAssignmentExists']);
    expect((await client.post(eligibility, request())).status).toBe(201);
  });

  test('a canceled request can be read for thirty days; it is in nobody’s way', async () => {
    const startDateTime = new Date(client.clock.now().getTime() + hour).toISOString();
    const later = request({ scheduleInfo: { startDateTime, expiration: { type: 'noExpiration' } } });
    const { body } = await client.post(eligibility, later);
    await client.post(`${eligibility}/${body.id}/cancel`);
    expect((await client.post(eligibility, request())).status).toBe(201);
    await client.clock.advance(29 * 24 * hour);
    expect((await client.get(`${eligibility}/${body.id}`)).body.status).toBe('Canceled');
    await client.clock.advance(2 * 24 * hour);
    expect((await client.get(`${eligibility}/${body.id}`)).status).toBe(404);
  });

  test('a tenant without P2 is told so, for reads and requests alike', async () => {
    const skus = await client.all('/subscribedSkus');
    const { id } = skus.find((sku) => sku.skuPartNumber === 'AAD_PREMIUM_P2');
    await client.tenant.damage({ do: 'purge', object: id });
    const expected = [400, 'AadPremiumLicenseRequired'];
    expect(verdict(await client.post(eligibility, request()))).toEqual(expected);
    expect(verdict(await client.get(`${base}/roleEligibilitySchedules`))).toEqual(expected);
    expect((await client.get(`${base}/roleAssignments`)).status).toBe(200);
  });

  test('a deleted principal hides its schedule; a purge removes it', async () => {
    await client.post(`${base}/roleEligibilityScheduleRequests`, request());
    await client.delete(`/users/${ada.id}`);
    expect(await held('roleEligibilitySchedules')).toEqual([]);
    await client.post(`/directory/deletedItems/${ada.id}/restore`);
    expect(await held('roleEligibilitySchedules')).toHaveLength(1);
  });
});

describe('FACTS §4 PIM rules of a role', () => {
  const rule = async (name: string, change: object): Promise<Reply> => {
    const scope = "$filter=scopeId eq '/' and scopeType eq 'DirectoryRole'";
    const list = (await client.get(`/policies/roleManagementPolicyAssignments?${scope}`)).body.value;
    const { policyId } = list.find((one: Body) => one.roleDefinitionId === role);
    return client.patch(`/policies/roleManagementPolicies/${policyId}/rules/${name}`, change);
  };
  const type = (name: string) => `#microsoft.graph.unifiedRoleManagementPolicy${name}Rule`;
  const enable = (level: string, ...enabledRules: string[]) =>
    rule(`Enablement_Admin_${level}`, { '@odata.type': type('Enablement'), enabledRules });
  const broken = (reply: Reply): string[] => {
    expect(verdict(reply)).toEqual([400, 'RoleAssignmentRequestPolicyValidationFailed']);
    return JSON.parse(error(reply.body)[1].replace('The following policy rules failed: ', ''));
  };

  test('a justification is asked for an active assignment, as Entra sets it up, not for an eligible one', async () => {
    const silent = request({ justification: undefined });
    expect(broken(await client.post(assignment, silent))).toEqual(['JustificationRule']);
    expect(broken(await client.post(assignment, request({ justification: ' ' })))).toEqual([
      'JustificationRule',
    ]);
    expect((await client.post(eligibility, silent)).status).toBe(201);
    expect((await client.post(assignment, request())).status).toBe(201);
    const removal = request({ action: 'adminRemove', justification: undefined, scheduleInfo: undefined });
    expect((await client.post(assignment, removal)).body.status).toBe('Revoked');
  });

  test.each([
    ['eligible', 'Eligibility', eligibility],
    ['active', 'Assignment', assignment],
  ])(
    'justification and ticket of an %s assignment, with every rule that fails named',
    async (_what, level, path) => {
      expect((await enable(level, 'Justification', 'Ticketing')).status).toBe(200);
      expect(broken(await client.post(path, request({ justification: undefined })))).toEqual([
        'JustificationRule',
        'TicketingRule',
      ]);
      const ticketInfo = { ticketNumber: 'INC0001', ticketSystem: 'desk' };
      expect((await client.post(path, request({ ticketInfo }))).status).toBe(201);
      expect(broken(await client.post(path, request({ action: 'adminUpdate' })))).toEqual(['TicketingRule']);
    },
  );

  test.each([
    ['eligible', 'Eligibility', eligibility],
    ['active', 'Assignment', assignment],
  ])('the longest time of an %s assignment', async (_what, level, path) => {
    await rule(`Expiration_Admin_${level}`, {
      '@odata.type': type('Expiration'),
      isExpirationRequired: true,
      maximumDuration: 'P1D',
    });
    expect(broken(await client.post(path, request()))).toEqual(['ExpirationRule']);
    expect(broken(await client.post(path, request({ scheduleInfo: until(25) })))).toEqual(['ExpirationRule']);
    expect(
      (await client.post(path, request({ scheduleInfo: until(24), isValidationOnly: true }))).status,
    ).toBe(201);
    expect((await client.post(path, request({ scheduleInfo: until(24) }))).status).toBe(201);
    const longer = request({ action: 'adminExtend', scheduleInfo: until(48) });
    expect(broken(await client.post(path, longer))).toEqual(['ExpirationRule']);
  });

  test('a second factor cannot be asked of an application; approval is for who activates', async () => {
    await enable('Assignment', 'MultiFactorAuthentication');
    await rule('Approval_EndUser_Assignment', {
      '@odata.type': type('Approval'),
      setting: { isApprovalRequired: true },
    });
    expect((await client.post(assignment, request())).body.status).toBe('Provisioned');
    expect(spoken()).toEqual([]);
  });

  test.each<[string, string, object]>([
    ['a rule that is none', 'Enablement_Admin_Assignment', { enabledRules: ['Prayer'] }],
    ['a duration that is none', 'Expiration_Admin_Assignment', { maximumDuration: '180 days' }],
    ['an unknown member', 'Expiration_Admin_Assignment', { maximum: 'P1D' }],
    ['an unknown member inside', 'Approval_EndUser_Assignment', { setting: { isApproved: true } }],
    ['a wrong type inside', 'Approval_EndUser_Assignment', { setting: { isApprovalRequired: 'yes' } }],
    ['another type', 'Expiration_Admin_Assignment', { '@odata.type': type('Approval') }],
    ['another id', 'Expiration_Admin_Assignment', { id: 'Expiration_EndUser_Assignment' }],
  ])('%s is refused', async (_what, name, change) => {
    expect((await rule(name, change)).status).toBe(400);
  });
});
