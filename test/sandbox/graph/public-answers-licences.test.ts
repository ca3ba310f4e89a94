/**
 * What people recorded from the real service of licences, asked of the sandbox: one case for each exchange, with the repository
 * and thread (or the file) where it stands. FACTS and the recordings go before these where they say otherwise.
 */
import { beforeAll, describe, expect, test } from '@jest/globals';
import { licenceDetailId } from '../../../sandbox/graph/rules/ids-of-bytes.js';
import { tenantId, type Body, type Client } from './harness.js';
import { REFUSAL_TITLE, nobody, refusesSo } from './public-answers.js';
import type { Refusal } from './public-answers.js';
import { defaultUserProperties, openScene } from './scene.js';

let client: Client;
let ada: Body;
let bob: Body;
let group: Body;
let sku: string;

beforeAll(async () => {
  ({ client, ada, bob, group } = await openScene());
  const skus = await client.all('/subscribedSkus');
  sku = skus.find((one) => one.appliesTo === 'User').skuId;
  await client.patch(`/users/${bob.id}`, { usageLocation: 'US' });
});

const refusals: readonly Refusal[] = [
  {
    what: 'a licence without a usage location',
    act: () =>
      client.post(`/users/${ada.id}/assignLicense`, { addLicenses: [{ skuId: sku }], removeLicenses: [] }),
    status: 400,
    code: 'Request_BadRequest',
    message: () => 'License assignment cannot be done for user with invalid usage location.',
    source: 'a diary of a provisioning script, recorded 2025-01-06',
  },
  {
    what: 'only one of the two lists',
    act: () => client.post(`/groups/${group.id}/assignLicense`, { addLicenses: [{ skuId: sku }] }),
    status: 400,
    code: 'Request_BadRequest',
    message: () =>
      "One or more parameters of the operation 'assignLicense' are missing from the request payload. The missing parameters are: removeLicenses.",
    source: 'Microsoft365DSC/Microsoft365DSC issue 5977',
  },
  {
    what: 'a SKU by something that is no id',
    act: () =>
      client.post(`/users/${bob.id}/assignLicense`, {
        addLicenses: [{ skuId: 'u86tgb54-b296-42f0-b197-1e91e994b900', disabledPlans: [] }],
        removeLicenses: [],
      }),
    status: 400,
    code: 'Request_BadRequest',
    message: () =>
      "Cannot convert a primitive value to the expected type 'Edm.Guid'. See the inner exception for more details.",
    source: 'microsoftgraph/microsoft-graph-docs issue 2853 (status and text; the code is inferred)',
  },
  {
    what: 'a SKU that the tenant does not have, added',
    act: () =>
      client.post(`/users/${bob.id}/assignLicense`, { addLicenses: [{ skuId: nobody }], removeLicenses: [] }),
    status: 400,
    code: 'Request_BadRequest',
    message: () => `License ${nobody} does not correspond to a valid company License.`,
    source: 'pnp/cli-microsoft365 src/m365/entra/commands/user/user-license-add.spec.ts',
  },
  {
    what: 'a SKU that the tenant does not have, removed',
    act: () => client.post(`/users/${bob.id}/assignLicense`, { addLicenses: [], removeLicenses: [nobody] }),
    status: 400,
    code: 'Request_BadRequest',
    message: () => `License ${nobody} does not correspond to a valid company License.`,
    source: 'pnp/cli-microsoft365 src/m365/entra/commands/user/user-license-remove.spec.ts',
  },
  {
    what: 'a licence that the user does not have, removed',
    act: () => client.post(`/users/${bob.id}/assignLicense`, { addLicenses: [], removeLicenses: [sku] }),
    status: 400,
    code: 'Request_BadRequest',
    message: () => 'User does not have a corresponding license.',
    source: 'notes of a robot for licences, recorded 2023-06-14',
  },
];

describe('refusals that people recorded from the real service', () => {
  test.each(refusals)(REFUSAL_TITLE, refusesSo);
});

describe('what else people recorded', () => {
  test('assignLicense answers the user with its default set (notes of a robot for licences, recorded 2023-06-14)', async () => {
    const { status, body } = await client.post(`/users/${bob.id}/assignLicense`, {
      addLicenses: [{ skuId: sku }],
      removeLicenses: [],
    });
    expect([status, body['@odata.context']]).toEqual([
      200,
      'https://graph.test/v1.0/$metadata#users/$entity',
    ]);
    expect(
      Object.keys(body)
        .filter((name) => !name.startsWith('@'))
        .sort(),
    ).toEqual(defaultUserProperties);
    const details = (await client.get(`/users/${bob.id}/licenseDetails`)).body;
    expect(details['@odata.context']).toBe(
      `https://graph.test/v1.0/$metadata#users('${bob.id}')/licenseDetails`,
    );
    expect(Object.keys(details.value[0])).toEqual(['id', 'skuId', 'skuPartNumber', 'servicePlans']);
    // The id of that answer is its tenant's and its SKU's.
    const [tenant, theirs] = ['b234bc80-a99d-4a47-8071-62b90ee1479b', 'a403ebcc-fae0-4ca2-8c8c-7a907fd6c235'];
    expect(licenceDetailId(tenant, theirs)).toBe('gLw0sp2pR0qAcWK5DuFHm8zrA6Tg-qJMjIx6kH_WwjU');
    expect(details.value[0].id).toBe(licenceDetailId(tenantId, sku));
    expect(Object.keys(details.value[0].servicePlans[0])).toEqual([
      'servicePlanId',
      'servicePlanName',
      'provisioningStatus',
      'appliesTo',
    ]);
  });

  test('an assigned licence has its plans before its SKU (microsoft-graph-docs issue 20524)', async () => {
    const { body } = await client.get(`/users/${bob.id}?$select=assignedLicenses`);
    expect(Object.keys(body.assignedLicenses[0])).toEqual(['disabledPlans', 'skuId']);
  });
});
