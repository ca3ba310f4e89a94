/** The OData model at /$metadata, which clients read without a token before they ask for anything else. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { findContractDir } from '../../../sandbox/contract/contract.js';
import { metadataXml } from '../../../sandbox/contract/csdl-xml.js';
import { serveGraph } from '../../../sandbox/graph-edge.js';
import { listen } from '../../../sandbox/listener.js';
import type { Listener } from '../../../sandbox/listener.js';
import type { GraphTenant } from '../../../sandbox/types.js';

const atHand = existsSync(join(findContractDir(), 'graph', 'csdl-v1.0-slice.json'));
if (!atHand) console.warn('SKIPPED: no contract data (CONTRACT_DIR); what $metadata says is not seen.');
let listener: Listener;

beforeAll(async () => {
  const tenant = {
    handle: async () => ({ status: 401, headers: {}, body: {} }),
  } as unknown as GraphTenant;
  listener = await listen(0, (request, response) => serveGraph(tenant, request, response));
});
afterAll(() => listener.close());

const all = (xml: string, pattern: RegExp): string[] =>
  [...xml.matchAll(pattern)].map((found) => found[1] ?? '');

/** Each opening tag has its end, in order. */
function isWellFormed(xml: string): boolean {
  const open: string[] = [];
  for (const [, end, name = '', alone] of xml.matchAll(/<(\/?)([\w:]+)(?:\s[\w:]+="[^"<]*")*\s?(\/?)>/g)) {
    if (end === '/' && open.pop() !== name) return false;
    if (end === '' && alone === '') open.push(name);
  }
  return open.length === 0;
}

(atHand ? describe : describe.skip)('[FACTS §16.2] $metadata', () => {
  test.each(['v1.0', 'beta'])('is served under /%s as XML, without a token', async (version) => {
    const answer = await fetch(`${listener.url}/${version}/$metadata`);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/xml']);
    expect(answer.headers.get('odata-version')).toBe('4.0');
    expect(answer.headers.get('request-id')).toMatch(/^[0-9a-f-]{36}$/);
    const xml = await answer.text();
    expect(xml).toMatch(/^<\?xml version="1\.0" encoding="utf-8"\?><edmx:Edmx Version="4\.0" /);
    expect(isWellFormed(xml)).toBe(true);
    expect(xml).toContain(
      '<EntityType Name="user" BaseType="microsoft.graph.directoryObject" OpenType="true">',
    );
    expect(xml).toContain('<EntitySet Name="users" EntityType="microsoft.graph.user" />');
    expect(xml).toContain('<EntityType Name="entity" Abstract="true"><Key><PropertyRef Name="id" />');
  });

  test('names no type that it does not have, and none twice', () => {
    const xml = metadataXml(findContractDir()) ?? '';
    const declared = new Set<string>();
    for (const schema of xml.split('<Schema ').slice(1)) {
      const namespace = /^Namespace="([^"]+)"/.exec(schema)?.[1];
      for (const name of all(schema, /<(?:EntityType|ComplexType|EnumType) Name="([^"]+)"/g)) {
        expect([name, declared.has(`${namespace}.${name}`)]).toEqual([name, false]);
        declared.add(`${namespace}.${name}`);
      }
    }
    const named = all(xml, /\s(?:Type|BaseType|EntityType)="(?:Collection\()?([^")]+)/g);
    expect([...new Set(named)].filter((name) => !name.startsWith('Edm.') && !declared.has(name))).toEqual([]);
    expect(declared.size).toBeGreaterThan(400);
  });

  test('other requests below the version go to the tenant', async () => {
    expect((await fetch(`${listener.url}/v1.0/$metadata`, { method: 'POST' })).status).toBe(401);
    expect((await fetch(`${listener.url}/v1.0/users/$metadata`)).status).toBe(401);
  });
});

test('there is none where the description is not at hand', () => {
  expect(metadataXml('/nowhere/at/all')).toBeNull();
});
