/**
 * What people recorded from the real service of users, invitations and photos, asked of the sandbox: one case for each exchange,
 * with the repository and thread (or the file) where it stands. FACTS and the recordings go before these where they say
 * otherwise.
 */
import { beforeAll, describe, expect, test } from '@jest/globals';
import { tenantId, type Body, type Client } from './harness.js';
import { REFUSAL_TITLE, detail, refusesSo } from './public-answers.js';
import type { Refusal } from './public-answers.js';
import { domain, newUser, openScene } from './scene.js';

let client: Client;
let ada: Body;
let bob: Body;

beforeAll(async () => {
  ({ client, ada, bob } = await openScene());
  await client.patch(`/users/${bob.id}`, { mail: `bob@${domain}` });
});

const refusals: readonly Refusal[] = [
  {
    what: 'a userPrincipalName that somebody has',
    act: () => client.post('/users', newUser('ada')),
    status: 400,
    code: 'Request_BadRequest',
    message: () => 'Another object with the same value for property userPrincipalName already exists.',
    details: () => [
      detail(
        'ObjectConflict',
        'Another object with the same value for property userPrincipalName already exists.',
        'userPrincipalName',
      ),
    ],
    source:
      'pnp/cli-microsoft365 src/m365/entra/commands/user/user-add.spec.ts; microsoft-graph-docs issue 1508',
  },
  {
    what: 'an address that somebody has',
    act: () => client.patch(`/users/${ada.id}`, { mail: `bob@${domain}` }),
    status: 400,
    code: 'Request_BadRequest',
    message: () => 'Another object with the same value for property proxyAddresses already exists.',
    details: () =>
      [
        ['ObjectConflict', 'proxyAddresses'],
        ['ConflictingObjects', `User_${bob.id}`],
      ].map(([code, target]) =>
        detail(
          String(code),
          'Another object with the same value for property proxyAddresses already exists.',
          String(target),
        ),
      ),
    source:
      'microsoftgraph/microsoft-graph-docs-contrib issue 8421; target of the second: ADSyncTools reference',
  },
  {
    what: 'a user without a password',
    act: () => client.post('/users', newUser('cyd', { passwordProfile: {} })),
    status: 400,
    code: 'Request_BadRequest',
    message: () => 'A password must be specified to create a new user.',
    source: 'public B2C programs that compare the text; a run of an external tenant (user-flow proof)',
  },
  {
    what: 'a password of two classes of characters',
    act: () => client.post('/users', newUser('cyd', { passwordProfile: { password: 'only-lower-case' } })),
    status: 400,
    code: 'Request_BadRequest',
    message: () =>
      'The specified password does not comply with password complexity requirements. Please provide a different password.',
    source: 'microsoftgraph/msgraph-sdk-java-auth issue 36',
  },
  {
    what: 'a domain that is not of the tenant',
    act: () => client.post('/users', newUser('cyd', { userPrincipalName: 'cyd@gmail.com' })),
    status: 400,
    code: 'Request_BadRequest',
    message: () =>
      'The domain portion of the userPrincipalName property is invalid. You must use one of the verified domain names in your organization.',
    details: () => [
      detail(
        'InvalidValue',
        'The domain portion of the userPrincipalName property is invalid. You must use one of the verified domain names in your organization.',
        'userPrincipalName',
      ),
    ],
    source: 'public test data of a client, recorded 2024-06-04',
  },
  {
    what: 'a userPrincipalName that is none',
    act: () => client.post('/users', newUser('cyd', { userPrincipalName: 'not a name' })),
    status: 400,
    code: 'Request_BadRequest',
    message: () => 'Property userPrincipalName is invalid.',
    details: () => [detail('InvalidValue', 'Property userPrincipalName is invalid.', 'userPrincipalName')],
    source: 'stackoverflow question 48923171',
  },
  {
    what: 'a mailNickname with a sign of addresses',
    act: () => client.post('/users', newUser('cyd', { mailNickname: 'cyd@home' })),
    status: 400,
    code: 'Request_BadRequest',
    message: () => "Invalid value specified for property 'mailNickname' of resource 'User'.",
    details: () => [
      detail(
        'InvalidValue',
        "Invalid value specified for property 'mailNickname' of resource 'User'.",
        'mailNickname',
      ),
    ],
    source: 'Azure-Samples/ms-identity-dotnetcore-b2c-account-management issue 16',
  },
  {
    what: 'an extension property that nobody declared',
    act: () => client.patch(`/users/${ada.id}`, { [`extension_${'0'.repeat(32)}_rank`]: 'x' }),
    status: 400,
    code: 'Request_BadRequest',
    message: () => `The following extension properties are not available: extension_${'0'.repeat(32)}_rank.`,
    source: 'Azure-Samples/ms-identity-dotnetcore-b2c-account-management issue 17',
  },
  {
    what: 'addresses, which follow the mail',
    act: () => client.patch(`/users/${ada.id}`, { proxyAddresses: ['SMTP:a@b.example'] }),
    status: 400,
    code: 'Request_BadRequest',
    message: () => "Property 'proxyAddresses' is read-only and cannot be set.",
    source: 'msgraph-beta-sdk-java issue 621 (isSipEnabled); notes of an administrator (proxyAddresses)',
  },
  {
    what: 'a photo that is not there',
    act: () => client.get(`/users/${ada.id}/photo/$value`),
    status: 404,
    code: 'ImageNotFound',
    message: () =>
      "Exception of type 'Microsoft.Fast.Profile.Core.Exception.ImageNotFoundException' was thrown.",
    source: 'Azure-Samples/ms-identity-dotnetcore-b2c-account-management issue 23',
  },
];

describe('refusals that people recorded from the real service', () => {
  test.each(refusals)(REFUSAL_TITLE, refusesSo);
});

describe('what else people recorded', () => {
  test('a weak password passes with the policy that says so (msgraph-sdk-dotnet issue 2793)', async () => {
    const weak = newUser('weak', {
      passwordPolicies: 'DisablePasswordExpiration, DisableStrongPassword',
      passwordProfile: { password: 'only-lower-case' },
    });
    expect((await client.post('/users', weak)).status).toBe(201);
  });

  test('an invitation names itself in its address, and tells where it leads as an address is written (notes of a robot for licences, 2023; Microsoft’s tutorial of invitations)', async () => {
    client.permissions = [...client.permissions, 'User.Invite.All'];
    const { status, headers, body } = await client.post('/invitations', {
      invitedUserEmailAddress: 'jorge@partner.example',
      inviteRedirectUrl: 'https://google.es',
    });
    expect([status, headers['odata-version']]).toEqual([201, '4.0']);
    const { id, inviteRedeemUrl, invitedUser, ...rest } = body;
    expect(rest).toEqual({
      '@odata.context': 'https://graph.test/v1.0/$metadata#invitations/$entity',
      invitedUserDisplayName: null,
      invitedUserType: 'Guest',
      invitedUserEmailAddress: 'jorge@partner.example',
      sendInvitationMessage: false,
      resetRedemption: false,
      inviteRedirectUrl: 'https://google.es/',
      status: 'PendingAcceptance',
      invitedUserMessageInfo: {
        messageLanguage: null,
        customizedMessageBody: null,
        ccRecipients: [{ emailAddress: { name: null, address: null } }],
      },
    });
    expect(inviteRedeemUrl).toMatch(
      new RegExp(
        `^https://login\\.microsoftonline\\.com/redeem\\?rd=https%3a%2f%2finvitations\\.microsoft\\.com%2fredeem%2f%3ftenant%3d${tenantId}%26user%3d${id}%26ticket%3d[\\w%]+%253d%26ver%3d2\\.0$`,
      ),
    );
    expect(Object.keys(invitedUser)).toEqual(['id']);
    expect(invitedUser.id).not.toBe(id);
    const guest = (await client.get(`/users/${invitedUser.id}`)).body;
    expect(guest.userPrincipalName).toBe('jorge_partner.example#EXT#@northwind.onmicrosoft.com');
  });
});
