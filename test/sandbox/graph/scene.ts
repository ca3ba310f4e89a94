import { startTenant, type Body, type Client } from './harness.js';

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

/** Code and message of an error body. */
export const error = (body: Body): [string, string] => [body.error.code, body.error.message];

export interface Scene {
  readonly client: Client;
  readonly ada: Body;
  readonly bob: Body;
  readonly group: Body;
}

/** A small tenant with two fresh users and a fresh security group. */
export async function openScene(): Promise<Scene> {
  const client = await startTenant();
  const ada = (await client.post('/users', newUser('ada'))).body;
  const bob = (await client.post('/users', newUser('bob'))).body;
  const group = (await client.post('/groups', security('readers'))).body;
  return { client, ada, bob, group };
}
