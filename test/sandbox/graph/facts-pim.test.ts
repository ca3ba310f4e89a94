import { beforeEach, describe, expect, test } from '@jest/globals';
import { findContractDir, loadContract } from '../../../sandbox/contract/contract.js';
import { startTenant, type Body, type Client } from './harness.js';
import { error, newUser } from './scene.js';

const role = '88d8e3e3-8f55-4a1e-953a-9b9898b8876b';
const base = '/roleManagement/directory';
const hour = 3600 * 1000;

let client: Client;
let ada: Body;

beforeEach(async () => {
  client = await startTenant({ contract: loadContract(findContractDir()) });
  client.permissions = [...client.permissions, 'RoleManagement.ReadWrite.Directory'];
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
    ["a person's own action", { action: 'selfActivate' }],
    ['no scope', { directoryScopeId: undefined }],
  ])('%s is refused', async (_name, more) => {
    const answer = await client.post(`${base}/roleEligibilityScheduleRequests`, request(more));
    expect(answer.status).toBe(400);
    expect(await held('roleEligibilitySchedules')).toEqual([]);
  });

  test('a deleted principal hides its schedule; a purge removes it', async () => {
    await client.post(`${base}/roleEligibilityScheduleRequests`, request());
    await client.delete(`/users/${ada.id}`);
    expect(await held('roleEligibilitySchedules')).toEqual([]);
    await client.post(`/directory/deletedItems/${ada.id}/restore`);
    expect(await held('roleEligibilitySchedules')).toHaveLength(1);
  });
});
