/**
 * What people recorded from the real service of applications, service principals, assignments and grants, asked of the sandbox:
 * one case for each exchange, with the repository and thread (or the file) where it stands. FACTS and the recordings go before
 * these where they say otherwise.
 */
import { beforeEach, describe, expect, test } from '@jest/globals';
import { grantId } from '../../../sandbox/graph/rules/ids-of-bytes.js';
import type { Body, Client } from './harness.js';
import { nobody } from './public-answers.js';
import { domain, error, openScene, userRole } from './scene.js';

let client: Client;
let ada: Body;
let application: Body;
let principal: Body;

beforeEach(async () => {
  ({ client, ada } = await openScene());
  client.permissions = [
    ...client.permissions,
    'Application.ReadWrite.All',
    'AppRoleAssignment.ReadWrite.All',
    'DelegatedPermissionGrant.ReadWrite.All',
  ];
  application = (await client.post('/applications', { displayName: 'App' })).body;
  principal = (await client.post('/servicePrincipals', { appId: application.appId })).body;
});

describe('applications and what they may do', () => {
  test('a role that is taken away while it is enabled (Azure-Samples/azure-search-openai-demo 1601, Microsoft365DSC 5524)', async () => {
    const path = `/applications/${application.id}`;
    await client.patch(path, { appRoles: [userRole] });
    const refused = await client.patch(path, { appRoles: [] });
    expect([refused.status, ...error(refused.body)]).toEqual([
      400,
      'CannotDeleteOrUpdateEnabledEntitlement',
      'Permission (scope or role) cannot be deleted or updated unless disabled first.',
    ]);
  });

  test('a service principal of an application that is not there (msgraph-sdk-powershell 846)', async () => {
    const { status, body } = await client.post('/servicePrincipals', { appId: nobody });
    expect([status, body.error.message]).toEqual([
      400,
      `The appId '${nobody}' of the service principal does not reference a valid application object.`,
    ]);
  });

  test('… for who manages its own applications only (Azure/azure-cli 28009, azuread 504, Azure/azure-powershell 29530)', async () => {
    client.permissions = ['Application.ReadWrite.OwnedBy'];
    const refused = await client.post('/servicePrincipals', { appId: nobody });
    expect([refused.status, ...error(refused.body)]).toEqual([
      403,
      'Authorization_RequestDenied',
      'When using this permission, the backing application of the service principal being created must in the local tenant',
    ]);
  });

  test('a second service principal (Azure/reliable-web-app-pattern-java 185, KelvinTegelaar/CIPP 1142)', async () => {
    const refused = await client.post('/servicePrincipals', { appId: application.appId });
    expect([refused.status, ...error(refused.body)]).toEqual([
      409,
      'Request_MultipleObjectsWithSameKeyValue',
      `The service principal cannot be created, updated, or restored because the service principal name ${application.appId} is already in use.`,
    ]);
  });

  test('an identifier on a foreign domain (Azure/Industrial-IoT 1432, microsoft-graph-docs-contrib 9317)', async () => {
    const path = `/applications/${application.id}`;
    const foreign = 'https://unverified.example/app';
    const sent = { displayName: 'B', identifierUris: [foreign] };
    for (const refused of [await client.post('/applications', sent), await client.patch(path, sent)])
      expect([refused.status, ...error(refused.body)]).toEqual([
        400,
        'HostNameNotOnVerifiedDomain',
        `Values of identifierUris property must use a verified domain of the organization or its subdomain: '${foreign}'`,
      ]);
    for (const uri of [`api://${application.appId}`, `https://${domain}/x`, `https://api.${domain}`])
      expect((await client.patch(path, { identifierUris: [uri] })).status).toBe(204);
    // Tokens of version 2 take any (azure-docs 82762), and what is there stays.
    const second = { identifierUris: [foreign], api: { requestedAccessTokenVersion: 2 } };
    expect((await client.patch(path, second)).status).toBe(204);
    const back = { identifierUris: [foreign, 'api://x'], api: { requestedAccessTokenVersion: null } };
    expect((await client.patch(path, back)).status).toBe(204);
  });

  test('an assignment sent to another resource than it names (microsoft-graph-docs-contrib 1407 and 4628)', async () => {
    const refused = await client.post(`/servicePrincipals/${principal.id}/appRoleAssignedTo`, {
      principalId: ada.id,
      resourceId: application.id,
      appRoleId: '00000000-0000-0000-0000-000000000000',
    });
    expect([refused.status, error(refused.body)[1]]).toEqual([400, 'Not a valid reference update.']);
  });

  test('more keys than an object holds (microsoft-graph-docs 21469; the message: openshift/openshift-azure 1932)', async () => {
    const key = Buffer.from('not a certificate').toString('base64');
    const keyCredentials = Array.from({ length: 601 }, () => ({ type: 'Symmetric', usage: 'Sign', key }));
    const refused = await client.patch(`/servicePrincipals/${principal.id}`, { keyCredentials });
    expect([refused.status, ...error(refused.body)]).toEqual([
      403,
      'Directory_ResourceSizeExceeded',
      'The size of the object has exceeded its limit. Please reduce the number of values and retry your request.',
    ]);
  });

  test('secrets of a locked service principal (Azure/azure-cli 28734)', async () => {
    const lock = { isEnabled: true, allProperties: true };
    await client.patch(`/applications/${application.id}`, { servicePrincipalLockConfiguration: lock });
    const locked = [
      400,
      'CannotUpdateLockedServicePrincipalProperty',
      'Property passwordCredentials is invalid.',
    ];
    for (const [verb, body] of [
      ['addPassword', {}],
      ['removePassword', { keyId: nobody }],
    ] as const) {
      const refused = await client.post(`/servicePrincipals/${principal.id}/${verb}`, body);
      expect([refused.status, ...error(refused.body)]).toEqual(locked);
    }
    expect((await client.post(`/applications/${application.id}/addPassword`, {})).status).toBe(200);
    const open = { isEnabled: false, allProperties: false };
    await client.patch(`/applications/${application.id}`, { servicePrincipalLockConfiguration: open });
    expect((await client.post(`/servicePrincipals/${principal.id}/addPassword`, {})).status).toBe(200);
  });

  test('a secret that is not there is a 400 (the beginning of the message, as clients in public code look for it)', async () => {
    const refused = await client.post(`/applications/${application.id}/removePassword`, { keyId: nobody });
    expect(refused.status).toBe(400);
    expect(error(refused.body)[1]).toMatch(/^No password credential found with keyId/);
  });

  test('assignments take no PATCH (microsoft-graph-docs 5869)', async () => {
    const refused = await client.patch(`/servicePrincipals/${principal.id}/appRoleAssignedTo`, {});
    expect([refused.status, error(refused.body)[1]]).toEqual([
      405,
      'Specified HTTP method is not allowed for the request target.',
    ]);
  });

  test('a second grant for the same pair (hashicorp/terraform-provider-azuread 690)', async () => {
    const grant = {
      clientId: principal.id,
      resourceId: principal.id,
      consentType: 'AllPrincipals',
      scope: 'x',
    };
    expect((await client.post('/oauth2PermissionGrants', grant)).status).toBe(201);
    const refused = await client.post('/oauth2PermissionGrants', grant);
    expect([refused.status, ...error(refused.body)]).toEqual([
      409,
      'Request_MultipleObjectsWithSameKeyValue',
      'Permission entry already exists.',
    ]);
  });

  test('ids of grants, for everybody and for one person (Azure/azure-cli 20974)', () => {
    const clientId = 'b25985a8-9d2b-4fde-9fa7-6c4e43a8ddec';
    const resourceId = 'a3efc889-f1b7-4532-9e01-91e32d1039f4';
    const principalId = '182c8534-f413-487c-91a3-7addc80e35d5';
    expect(grantId({ clientId, resourceId, principalId: null })).toBe(
      'qIVZsiud3k-fp2xOQ6jd7InI76O38TJFngGR4y0QOfQ',
    );
    expect(grantId({ clientId, resourceId, principalId })).toBe(
      'qIVZsiud3k-fp2xOQ6jd7InI76O38TJFngGR4y0QOfQ0hSwYE_R8SJGjet3IDjXV',
    );
  });
});
