/**
 * Microsoft's own JavaScript client and MSAL, as they ship, against the sandbox. Only the addresses are set; the certificate
 * authority comes from NODE_EXTRA_CA_CERTS. Reads the sandbox's ready line from the file named as the first argument.
 */
/* global fetch, Request */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { ConfidentialClientApplication } from '@azure/msal-node';
import {
  BatchRequestContent,
  BatchResponseContent,
  Client,
  PageIterator,
} from '@microsoft/microsoft-graph-client';

const sandbox = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8').split('\n')[0] ?? '');
const scopes = ['https://graph.microsoft.com/.default'];

const signIn = new ConfidentialClientApplication({
  auth: {
    clientId: sandbox.clientId,
    clientSecret: sandbox.clientSecret,
    authority: `${sandbox.authority}/${sandbox.tenantId}`,
    knownAuthorities: [new URL(sandbox.authority).host],
  },
});
const client = Client.initWithMiddleware({
  baseUrl: `${sandbox.graph}/`,
  customHosts: new Set([new URL(sandbox.graph).hostname]),
  authProvider: {
    getAccessToken: async () => (await signIn.acquireTokenByClientCredential({ scopes }))?.accessToken ?? '',
  },
});

const step = async (name, work) => {
  await work();
  console.log(`  passed: ${name}`);
};
const iterate = async (first) => {
  const items = [];
  const pages = new PageIterator(client, first, (item) => items.push(item) > 0);
  await pages.iterate();
  return { items, deltaLink: pages.getDeltaLink() };
};
const statusOf = (promise) =>
  promise.then(
    () => 200,
    (error) => error.statusCode,
  );

const organization = await client.api('/organization').get();
const domain = organization.value[0].verifiedDomains.find((one) => one.isDefault).name;
const person = (name) => ({
  accountEnabled: true,
  displayName: `Javascript ${name}`,
  mailNickname: `js-${name}`,
  userPrincipalName: `js-${name}@${domain}`,
  department: 'Javascript clients',
  passwordProfile: { password: 'Correct-Horse-1', forceChangePasswordNextSignIn: true },
});
const made = [];
let group;
let deltaLink;

await step('create two users and a group that holds them', async () => {
  for (const name of ['ada', 'grace']) made.push(await client.api('/users').post(person(name)));
  group = await client.api('/groups').post({
    displayName: 'Javascript readers',
    mailEnabled: false,
    mailNickname: 'js-readers',
    securityEnabled: true,
    'members@odata.bind': made.map(({ id }) => `https://graph.microsoft.com/v1.0/directoryObjects/${id}`),
  });
  const members = await client.api(`/groups/${group.id}/members`).get();
  assert.deepEqual(members.value.map(({ id }) => id).sort(), made.map(({ id }) => id).sort());
});

await step('page through every user, and count them', async () => {
  const { items } = await iterate(await client.api('/users').select('id').top(50).get());
  const count = await client.api('/users/$count').header('ConsistencyLevel', 'eventual').get();
  assert.equal(items.length, Number(count));
  assert.equal(new Set(items.map(({ id }) => id)).size, items.length);
  assert.ok(items.length > 200);
});

await step('filter, plainly and as an advanced query', async () => {
  const plain = await client.api('/users').filter("startswith(userPrincipalName,'js-')").get();
  assert.equal(plain.value.length, 2);
  const advanced = await client
    .api('/users')
    .header('ConsistencyLevel', 'eventual')
    .count(true)
    .filter("endswith(displayName,'ada')")
    .get();
  assert.deepEqual([advanced['@odata.count'], advanced.value[0].id], [1, made[0].id]);
});

await step('delta: from now on, then what changed', async () => {
  const latest = await client.api('/users/delta').query({ $deltatoken: 'latest' }).get();
  await client.api(`/users/${made[0].id}`).patch({ jobTitle: 'Countess' });
  const round = await iterate(await client.api(latest['@odata.deltaLink']).get());
  assert.deepEqual(
    round.items.map(({ id, jobTitle }) => [id, jobTitle]),
    [[made[0].id, 'Countess']],
  );
  deltaLink = round.deltaLink;
});

await step('batch: a write and what depends on it, then a refusal beside a success', async () => {
  const at = (path) => `${sandbox.graph}${path}`;
  const send = async (requests) => {
    const content = await new BatchRequestContent(requests).getContent();
    return new BatchResponseContent(await client.api('/$batch').post(content));
  };
  const change = new Request(at(`/users/${made[1].id}`), {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jobTitle: 'Admiral' }),
  });
  const read = new Request(at(`/users/${made[1].id}?$select=jobTitle`), { method: 'GET' });
  const serial = await send([
    { id: '1', request: change },
    { id: '2', request: read, dependsOn: ['1'] },
  ]);
  assert.equal(serial.getResponseById('1').status, 204);
  assert.equal((await serial.getResponseById('2').json()).jobTitle, 'Admiral');
  const parallel = await send([
    { id: '1', request: read },
    { id: '2', request: new Request(at('/users/nobody@nowhere.example'), { method: 'GET' }) },
  ]);
  assert.deepEqual([parallel.getResponseById('1').status, parallel.getResponseById('2').status], [200, 404]);
});

await step('wait and try again when throttled', async () => {
  const armed = await fetch(`${sandbox.control}/_sandbox/fault`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'throttle', path: `/users/${made[0].id}`, times: 1, retryAfter: 1 }),
  });
  assert.equal(armed.status, 200);
  assert.equal((await client.api(`/users/${made[0].id}`).get()).id, made[0].id);
});

await step('delete, find in the recycle bin, see it in delta, restore under the same id', async () => {
  await client.api(`/users/${made[0].id}`).delete();
  assert.equal(await statusOf(client.api(`/users/${made[0].id}`).get()), 404);
  const bin = await iterate(await client.api('/directory/deletedItems/microsoft.graph.user').get());
  assert.ok(bin.items.some(({ id }) => id === made[0].id));
  const { items } = await iterate(await client.api(deltaLink).get());
  assert.deepEqual(items.find(({ id }) => id === made[0].id)?.['@removed'], { reason: 'changed' });
  const restored = await client.api(`/directory/deletedItems/${made[0].id}/restore`).post({});
  assert.equal(restored.id, made[0].id);
  const members = await client.api(`/groups/${group.id}/members`).get();
  assert.equal(members.value.length, 2);
});
