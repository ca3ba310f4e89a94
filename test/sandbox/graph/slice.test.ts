import { describe, expect, test } from '@jest/globals';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findContractDir } from '../../../sandbox/contract/contract.js';
import { GraphError } from '../../../sandbox/graph/http/errors.js';
import { Router, segmentsOf } from '../../../sandbox/graph/http/router.js';
import { routes } from '../../../sandbox/graph/routes/index.js';
import { openSlice } from './slice-scene.js';

/** Every operation of Microsoft's description, as far as it was cut for this project, is served or stands here with its reason. */
const file = join(findContractDir(), 'graph', 'openapi-v1.0-slice.json');
const atHand = existsSync(file);
if (!atHand) console.warn('SKIPPED: no contract data (CONTRACT_DIR); the paths of the slice are not walked.');

const methods = ['get', 'post', 'put', 'patch', 'delete'] as const;

function operations(): { method: string; path: string }[] {
  const { paths } = JSON.parse(readFileSync(file, 'utf8')) as { paths: Record<string, object> };
  return Object.entries(paths).flatMap(([path, item]) =>
    methods.flatMap((method) => (method in item ? [{ method: method.toUpperCase(), path }] : [])),
  );
}

const readOnly =
  'the model allows it, the service refuses: it only reads here (graph/README: necessary, not sufficient)';
const hasReference = 'removing takes the address of the one link, /{id}/$ref (FACTS §2)';

/** Operations without a route. What is not here must be answered. */
const without: readonly (readonly [operation: RegExp, reason: string])[] = [
  [/^DELETE .*\/(members|owners)\/\$ref$/, hasReference],
  [/^(POST|PATCH|DELETE) \/auditLogs\//, readOnly],
  [/^(POST|PATCH|DELETE) \/contacts/, 'contacts are mastered by Exchange; Graph only reads them'],
  [/^(PATCH|DELETE) \/directoryRoles(\(.*\)|\/\{[^/]*\})$/, readOnly],
  [
    /^POST \/directoryRoles\/\{directoryRole-id\}\/scopedMembers$/,
    'written below the unit, as scopedRoleMembers (FACTS §3)',
  ],
  [/^(POST|PATCH|DELETE) \/directoryRoleTemplates/, readOnly],
  [/^(POST|PATCH|DELETE) \/domains/, 'domains are verified by DNS; a restore does not write them (FACTS §6)'],
  [/^PATCH .*\/appRoleAssign\w+\/\{/, 'no PATCH (FACTS §5)'],
  [/^PATCH .*\/roleAssignments\/\{/, 'no PATCH in practice (FACTS §4)'],
  [/^(POST|PATCH|DELETE) .*Schedule(Instance)?s(\/\{|$)/, 'read models; written by requests (FACTS §4)'],
  [/^(PATCH|DELETE) .*ScheduleRequests\/\{/, 'a request is cancelled, not changed (FACTS §4)'],
  [/^(PATCH|DELETE) \/roleManagement\/directory$/, readOnly],
  [
    /^DELETE \/directory\/(attributeSets|customSecurityAttributeDefinitions)\//,
    'neither can be deleted; definitions are deprecated',
  ],
  [/^PATCH .*\/scopedRoleMembers\/\{/, 'no PATCH: removed and added'],
  [/^POST \/directoryObjects$|^PATCH \/directoryObjects\/\{/, 'abstract: each type has its own collection'],
  [
    /^POST \/(users|directoryObjects)\/microsoft\.graph\.validateProperties$/,
    'naming policy before a create; no promise of SPEC asks for it',
  ],
  [
    /^(POST|PATCH|DELETE) \/groups\/.*\/(groupLifecyclePolicies|photo)$/,
    'the policy is the tenant’s; a photo is written as $value',
  ],
  [
    /^(PATCH|DELETE) \/users\/\{user-id\}\/photo$|^(PUT|DELETE) .*\/photos\/\{/,
    'a photo is written as photo/$value (FACTS §9)',
  ],
  [/^GET \/invitations$/, 'invitations are made, not listed'],
  [/^(POST|DELETE) \/organization/, readOnly],
  [
    /^(POST|DELETE) \/policies\/(admin|authenticationFlows|authenticationMethodsPolicy|authorization|crossTenant|defaultApp|identitySecurity)/,
    'a tenant has one of each',
  ],
  [/^PATCH \/policies\/adminConsentRequestPolicy$/, 'PUT in the reference; no promise of SPEC writes it'],
  [
    /^(POST|DELETE) \/policies\/roleManagementPolic|^PATCH \/policies\/roleManagementPolicies\/\{[^/]*\}$/,
    'Entra makes and keeps them; single rules are changed (FACTS §4)',
  ],
  [/^(POST|PATCH|DELETE) \/reports\//, readOnly],
  [/^(POST|PATCH|DELETE) \/security\//, readOnly],
  [/^(POST|PATCH|DELETE) \/subscribedSkus/, readOnly],
  [/^(POST|PATCH|DELETE) \/users\/.*\/licenseDetails/, readOnly],
  [/^POST \/users\/\{user-id\}\/scopedRoleMemberOf$/, 'written below the unit (FACTS §3)'],
  [/^(PATCH|DELETE) \/users\/\{user-id\}\/authentication$/, readOnly],
  [
    /^(POST|PATCH) \/users\/.*\/authentication\/(methods|passwordMethods)(\/\{[^/]*\})?$/,
    'made by type; passwords are reset (FACTS §8)',
  ],
  [/^(POST|PATCH|DELETE) \/users\/.*\/authentication\/operations/, readOnly],
  [/^PATCH \/applications\/.*\/extensionProperties\//, 'an extension is deleted and declared anew'],
];

/** Reads that are no 200, and why. */
const otherwise: Readonly<Record<string, readonly [status: number, reason: string]>> = {
  '/directory/deletedItems': [400, 'a type cast is mandatory (FACTS §10)'],
  '/directoryObjects': [400, 'only specific instances can be queried (microsoft-graph-docs issue 10080)'],
  '/directoryObjects/microsoft.graph.delta()': [400, 'needs a filter of types'],
  '/domains/{domain-id}/rootDomain': [404, 'a root domain has none above it'],
  '/groups/{group-id}/createdOnBehalfOf': [404, 'nothing was'],
  ...Object.fromEntries(
    ['acceptedSenders', 'rejectedSenders'].flatMap((list) =>
      ['', '/$count', '/$ref'].map((end) => [
        `/groups/{group-id}/${list}${end}`,
        [403, 'no application permission: for people only (permissions slice)'],
      ]),
    ),
  ),
};

const reasonFor = (operation: string): string | undefined =>
  without.find(([pattern]) => pattern.test(operation))?.[1];

(atHand ? describe : describe.skip)('[FACTS §16.2] every path of the slice', () => {
  test('has a route, or a reason why not', () => {
    const router = new Router(routes);
    const used = new Set<string>();
    const unexplained: string[] = [];
    let served = 0;
    for (const { method, path } of operations()) {
      const operation = `${method} ${path}`;
      const sample = `/v1.0${path}`.replace(/'\{[^}]*\}'/g, "'§'").replace(/\{[^}]*\}/g, '§');
      const reason = reasonFor(operation);
      if (isServed(router, method, sample)) {
        served += 1;
        if (reason !== undefined) unexplained.push(`${operation} is served, yet stands in the list`);
      } else if (reason === undefined) unexplained.push(operation);
      else used.add(reason);
    }
    expect(unexplained).toEqual([]);
    for (const [, reason] of without) expect([reason, used.has(reason)]).toEqual([reason, true]);
    expect(served).toBeGreaterThan(430);
  });

  test.each(['v1.0', 'beta'])('answers a read under /%s as it is described', async (version) => {
    const { client, keyFor } = await openSlice();
    const wrong: string[] = [];
    const unfilled = new Set<string>();
    let read = 0;
    for (const { method, path } of operations()) {
      if (method !== 'GET' || reasonFor(`GET ${path}`)) continue;
      const filled = path.replace(/\{([^}]+)\}/g, (_all, name: string) => {
        const key = keyFor(path, name);
        if (key === undefined) unfilled.add(name);
        return encodeURIComponent(key ?? '');
      });
      if ([...unfilled].some((name) => path.includes(`{${name}}`))) continue;
      const scoped = /roleManagementPolic\w+$/.test(path);
      const query = scoped ? "?$filter=scopeId eq '/' and scopeType eq 'DirectoryRole'" : '';
      const headers: Record<string, string> = path.endsWith('$count') ? { consistencylevel: 'eventual' } : {};
      const reply = await client.get(`https://graph.test/${version}${filled}${query}`, headers);
      const expected = otherwise[path]?.[0] ?? 200;
      if (reply.status !== expected) wrong.push(`${path}: ${reply.status}, not ${expected}`);
      read += 1;
    }
    expect(wrong).toEqual([]);
    // Nobody here signs in, is provisioned, or has a method that only its owner can register.
    expect([...unfilled].filter((name) => !/Method-id$/.test(name))).toEqual([
      'provisioningObjectSummary-id',
      'signIn-id',
      'longRunningOperation-id',
    ]);
    expect(read).toBeGreaterThan(260);
    const { violations } = client.tenant.stats();
    expect(violations.map((one) => `${one.direction} ${one.method} ${one.path}: ${one.text}`)).toEqual([]);
  });
});

function isServed(router: Router, method: string, path: string): boolean {
  try {
    const { params } = router.match(method, segmentsOf(path).segments);
    // A literal that was taken for a key is not served.
    return Object.values(params).every((value) => value.includes('§'));
  } catch (error) {
    if (error instanceof GraphError) return false;
    throw error;
  }
}
