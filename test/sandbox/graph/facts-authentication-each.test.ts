import { beforeEach, describe, expect, test } from '@jest/globals';
import { findContractDir, loadContract } from '../../../sandbox/contract/contract.js';
import type { Body, Client } from './harness.js';
import { openScene, security } from './scene.js';

/** FACTS §8, sentence by sentence: what facts-roles-and-apps leaves out. */
const contract = loadContract(findContractDir());

let client: Client;
let ada: Body;

beforeEach(async () => {
  ({ client, ada } = await openScene({ contract, ada: { usageLocation: 'DE' } }));
  client.allow('Policy.ReadWrite.AuthenticationMethod');
});

const spoken = () => client.tenant.stats().violations.filter(({ direction }) => direction === 'answer');

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
    await client.make(`${methods()}/phoneMethods`, { phoneNumber: '+1 5550100', phoneType: 'office' });
    await client.make(`${methods()}/emailMethods`, { emailAddress: 'ada@partner.example' });
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
    await client.make(`${methods()}/phoneMethods`, { phoneNumber: '+1 5550100', phoneType: 'mobile' });
    await client.make(`${methods()}/emailMethods`, { emailAddress: 'ada@partner.example' });
    await client.delete(`/users/${ada.id}`);
    expect((await client.get(`${methods()}/methods`)).status).toBe(404);
    await client.post(`/directory/deletedItems/${ada.id}/restore`);
    expect(await client.all(`${methods()}/methods`)).toHaveLength(3);
  });

  test('a number signs in where the policy lets it', async () => {
    const { id } = await client.make(`${methods()}/phoneMethods`, {
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
      const group = await client.make('/groups', security('passes'));
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
