import { beforeEach, describe, expect, test } from '@jest/globals';
import { findContractDir, loadContract } from '../../../sandbox/contract/contract.js';
import { startTenant, type Body, type Client } from './harness.js';
import { error, newUser, ref, security } from './scene.js';

let client: Client;
let ada: Body;
let bob: Body;
let group: Body;
let sku: Body;

beforeEach(async () => {
  client = await startTenant({ contract: loadContract(findContractDir()) });
  client.allow('LicenseAssignment.ReadWrite.All');
  ada = (await client.post('/users', newUser('ada', { usageLocation: 'DE' }))).body;
  bob = (await client.post('/users', newUser('bob', { usageLocation: 'DE' }))).body;
  group = (await client.post('/groups', security('licensed'))).body;
  await client.post(`/groups/${group.id}/members/$ref`, ref(ada.id));
  sku = (await client.get('/subscribedSkus')).body.value[0];
});

const give = () =>
  client.post(`/groups/${group.id}/assignLicense`, {
    addLicenses: [{ skuId: sku.skuId, disabledPlans: [] }],
    removeLicenses: [],
  });
const take = () =>
  client.post(`/groups/${group.id}/assignLicense`, { addLicenses: [], removeLicenses: [sku.skuId] });
const later = () => client.clock.advance(60_000);
const statesOf = async (user: Body): Promise<Body[]> =>
  (await client.get(`/users/${user.id}?$select=licenseAssignmentStates`)).body.licenseAssignmentStates;
const processing = async () =>
  (await client.get(`/groups/${group.id}?$select=licenseProcessingState,assignedLicenses`)).body;

describe('FACTS §7 licences by group', () => {
  test('202 at once, the members later, marked as inherited; the group says how far it is', async () => {
    expect((await give()).status).toBe(202);
    expect((await processing()).licenseProcessingState).toEqual({ state: 'QueuedForProcessing' });
    expect((await processing()).assignedLicenses).toEqual([{ skuId: sku.skuId, disabledPlans: [] }]);
    expect(await statesOf(ada)).toEqual([]);
    await later();
    expect((await processing()).licenseProcessingState).toEqual({ state: 'ProcessingComplete' });
    expect(await statesOf(ada)).toMatchObject([
      { skuId: sku.skuId, assignedByGroup: group.id, state: 'Active', error: 'None' },
    ]);
    expect(client.tenant.stats().violations.map(({ text }) => text)).toEqual([]);
  });

  test('joining and leaving the group brings and takes the licence', async () => {
    await give();
    await later();
    await client.post(`/groups/${group.id}/members/$ref`, ref(bob.id));
    await client.delete(`/groups/${group.id}/members/${ada.id}/$ref`);
    await later();
    expect(await statesOf(ada)).toEqual([]);
    expect(await statesOf(bob)).toHaveLength(1);
  });

  test('an inherited licence is not removed from the user; one held directly too stays', async () => {
    await give();
    await later();
    const direct = (add: Body[], remove: Body[]) =>
      client.post(`/users/${ada.id}/assignLicense`, { addLicenses: add, removeLicenses: remove });
    expect(error((await direct([], [sku.skuId])).body)[1]).toMatch(/^User license is inherited/);
    await direct([{ skuId: sku.skuId, disabledPlans: [] }], []);
    await take();
    await later();
    expect(await statesOf(ada)).toMatchObject([{ assignedByGroup: null, state: 'Active' }]);
  });

  test('too few units: CountViolation on the user, who is listed with the group; enough again and reprocessed: Active', async () => {
    const users = await client.all('/users?$select=id,assignedLicenses,usageLocation&$top=999');
    const held = users.filter((user) => user.assignedLicenses.some((one: Body) => one.skuId === sku.skuId));
    const free = sku.prepaidUnits.enabled - held.length;
    const filler = [];
    for (let i = 0; i < free; i += 1)
      filler.push((await client.post('/users', newUser(`filler${i}`, { usageLocation: 'DE' }))).body);
    const change = (user: Body, add: Body[], remove: Body[]) =>
      client.post(`/users/${user.id}/assignLicense`, { addLicenses: add, removeLicenses: remove });
    for (const user of filler) await change(user, [{ skuId: sku.skuId, disabledPlans: [] }], []);
    await give();
    await later();
    expect(await statesOf(ada)).toMatchObject([{ state: 'Error', error: 'CountViolation' }]);
    const failed = async () =>
      (await client.all(`/groups/${group.id}/membersWithLicenseErrors`)).map(({ id }) => id);
    expect(await failed()).toEqual([ada.id]);
    const freed = filler[0] ?? held[0];
    await change(freed, [], [sku.skuId]);
    expect((await client.post(`/users/${ada.id}/reprocessLicenseAssignment`)).status).toBe(200);
    await later();
    expect([await failed(), (await statesOf(ada))[0].state]).toEqual([[], 'Active']);
  });

  test('a group with licences is not deleted; removing one it has not is refused', async () => {
    expect((await take()).status).toBe(400);
    await give();
    expect((await client.delete(`/groups/${group.id}`)).status).toBe(400);
    await take();
    expect((await client.delete(`/groups/${group.id}`)).status).toBe(204);
  });
});
