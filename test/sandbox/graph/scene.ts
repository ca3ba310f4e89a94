import { startTenant, type Body, type Client, type Reply } from './harness.js';

export const domain = 'northwind.example';

export const newUser = (name: string, more: object = {}) => ({
  accountEnabled: true,
  displayName: name,
  mailNickname: name,
  userPrincipalName: `${name}@${domain}`,
  passwordProfile: { password: 'Correct-Horse-1', forceChangePasswordNextSignIn: true },
  ...more,
});

export const ref = (id: string) => ({
  '@odata.id': `https://graph.microsoft.com/v1.0/directoryObjects/${id}`,
});

export const security = (name: string, more: object = {}) => ({
  displayName: name,
  mailNickname: name,
  mailEnabled: false,
  securityEnabled: true,
  ...more,
});

/** What a user shows without $select (FACTS §1), in order of the alphabet. */
export const defaultUserProperties = [
  'businessPhones',
  'displayName',
  'givenName',
  'id',
  'jobTitle',
  'mail',
  'mobilePhone',
  'officeLocation',
  'preferredLanguage',
  'surname',
  'userPrincipalName',
];

/** An enabled app role for users. */
export const userRole = {
  id: '0f000000-0000-4000-8000-000000000001',
  allowedMemberTypes: ['User'],
  displayName: 'R',
  description: 'R',
  isEnabled: true,
  value: 'R',
};

/** A Conditional Access policy that is complete and does nothing: it is disabled. */
export const disabledPolicy = {
  displayName: 'P',
  state: 'disabled',
  conditions: {
    applications: { includeApplications: ['All'] },
    users: { includeUsers: ['All'] },
    clientAppTypes: ['all'],
  },
  grantControls: { operator: 'OR', builtInControls: ['mfa'] },
};

/** Code and message of an error body. */
export const error = (body: Body): [string, string] => [body.error.code, body.error.message];

/** The status, and the code of a refusal. */
export const verdict = ({ status, body }: Reply): [number, string?] =>
  status < 400 ? [status] : [status, body.error.code];

export interface Scene {
  readonly client: Client;
  readonly ada: Body;
  readonly bob: Body;
  readonly group: Body;
}

/**
 * A small tenant with two fresh users and a fresh security group.
 * @param ada  further properties of the first user
 */
export async function openScene({
  ada: more,
  ...options
}: Parameters<typeof startTenant>[0] & { readonly ada?: object } = {}): Promise<Scene> {
  const client = await startTenant(options);
  const ada = await client.make('/users', newUser('ada', more));
  const bob = await client.make('/users', newUser('bob'));
  const group = await client.make('/groups', security('readers'));
  return { client, ada, bob, group };
}
