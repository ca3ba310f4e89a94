import { beforeEach, describe, expect, test } from '@jest/globals';
import { findContractDir, loadContract } from '../../../sandbox/contract/contract.js';
import type { Body, Client } from './harness.js';
import { openScene, verdict } from './scene.js';

/** FACTS §6 and §7, sentence by sentence: what facts-licences-photos-units and facts-group-licences leave out. */
const contract = loadContract(findContractDir());
const e3 = '05e9a617-0261-4cee-bb44-138d3ef5d965';

let client: Client;
let ada: Body;
let bob: Body;

beforeEach(async () => {
  ({ client, ada, bob } = await openScene({ contract, ada: { usageLocation: 'DE' } }));
  client.allow('LicenseAssignment.ReadWrite.All', 'Organization.ReadWrite.All');
});

const damage = (step: Record<string, unknown>) => client.tenant.damage(step);

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
    expect(verdict(await assign([{ skuId: scarce, disabledPlans: [] }], [], bob))).toEqual([
      400,
      'Request_BadRequest',
    ]);
    expect((await assign([], [scarce])).status).toBe(200);
    expect((await assign([{ skuId: scarce, disabledPlans: [] }], [], bob)).status).toBe(200);
  });
});
