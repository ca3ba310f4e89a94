/**
 * What people recorded from the real service of authentication methods and reports, asked of the sandbox: one case for each
 * exchange, with the repository and thread (or the file) where it stands. FACTS and the recordings go before these where they say
 * otherwise.
 */
import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Body, Client } from './harness.js';
import { error, openScene } from './scene.js';

let client: Client;
let ada: Body;

beforeEach(async () => {
  ({ client, ada } = await openScene());
  client.permissions = [...client.permissions, 'Policy.ReadWrite.AuthenticationMethod'];
});

describe('methods and reports', () => {
  test('a Temporary Access Pass where the policy has none (glueckkanja/MyWorkID 47, 2025-01-23)', async () => {
    await client.patch(
      '/policies/authenticationMethodsPolicy/authenticationMethodConfigurations/TemporaryAccessPass',
      {
        '@odata.type': '#microsoft.graph.temporaryAccessPassAuthenticationMethodConfiguration',
        state: 'disabled',
      },
    );
    const refused = await client.post(`/users/${ada.id}/authentication/temporaryAccessPassMethods`, {});
    expect([refused.status, error(refused.body)[1]]).toEqual([
      400,
      'Converged UserCredentialPolicy does not allow creating or updating this authentication method. AuthMethodType [TemporaryAccessPass].',
    ]);
  });

  test('sign-ins and registrations without P1 (turbot/steampipe-plugin-azuread 98, microsoft-graph-docs 14120)', async () => {
    const skus = await client.all('/subscribedSkus');
    const premium = skus.filter((sku) =>
      sku.servicePlans.some((plan: Body) => plan.servicePlanName.startsWith('AAD_PREMIUM')),
    );
    const paths = ['/auditLogs/signIns', '/reports/authenticationMethods/userRegistrationDetails'];
    for (const path of paths) expect((await client.get(path)).status).toBe(200);
    for (const { id } of premium) await client.tenant.damage({ do: 'purge', object: id });
    for (const path of paths) {
      const refused = await client.get(path);
      expect([refused.status, ...error(refused.body)]).toEqual([
        403,
        'Authentication_RequestFromNonPremiumTenantOrB2CTenant',
        "Neither tenant is B2C or tenant doesn't have premium license",
      ]);
    }
    expect((await client.get('/auditLogs/directoryAudits')).status).toBe(200);
  });
});
