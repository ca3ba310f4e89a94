import type { Answer, Call } from '../http/call.js';
import { notFound } from '../http/errors.js';
import type { Route } from '../http/router.js';
import { defaultsOf, render, selection } from '../schema/render.js';
import { typeOf } from '../schema/types.js';
import type { Entity, JsonValue } from '../state/types.js';
import { plainGet, plainList } from './plain.js';

/** How many live users hold each licence: what a restore must look at before it assigns one. */
function consumed(call: Call): Map<string, number> {
  const counts = new Map<string, number>();
  for (const user of call.state.liveOf('user').all()) {
    const licences = user.props['assignedLicenses'];
    if (!Array.isArray(licences)) continue;
    for (const licence of licences) {
      const { skuId } = licence as { skuId: string };
      counts.set(skuId, (counts.get(skuId) ?? 0) + 1);
    }
  }
  return counts;
}

function skuItem(call: Call, sku: Entity, counts: ReadonlyMap<string, number>): { [key: string]: JsonValue } {
  const type = typeOf('subscribedSku');
  const defs = call.query.select ? selection(type, call.query.select, 'byId') : defaultsOf(type);
  const item = render(sku, defs);
  if ('consumedUnits' in item) item['consumedUnits'] = counts.get(String(sku.props['skuId'])) ?? 0;
  return item;
}

function listSkus(call: Call): Answer {
  const counts = consumed(call);
  const value = call.state
    .liveOf('subscribedSku')
    .all()
    .map((sku) => skuItem(call, sku, counts));
  return { status: 200, body: { '@odata.context': call.context('subscribedSkus'), value } };
}

function getSku(call: Call): Answer {
  const sku = call.state.get(call.param('id'), 'subscribedSku');
  if (!sku) throw notFound(call.param('id'));
  return {
    status: 200,
    body: { '@odata.context': call.context('subscribedSkus/$entity'), ...skuItem(call, sku, consumed(call)) },
  };
}

const organization = [
  'Organization.Read.All',
  'Organization.ReadWrite.All',
  'Directory.Read.All',
  'Directory.ReadWrite.All',
];
const domain = ['Domain.Read.All', 'Domain.ReadWrite.All', 'Directory.Read.All'];
const licences = ['LicenseAssignment.Read.All', ...organization];

export const organizationRoutes: readonly Route[] = [
  { method: 'GET', pattern: '/organization', permissions: organization, handle: plainList('organization') },
  {
    method: 'GET',
    pattern: '/organization/{id}',
    permissions: organization,
    handle: plainGet('organization'),
  },
  { method: 'GET', pattern: '/domains', permissions: domain, handle: plainList('domain') },
  { method: 'GET', pattern: '/domains/{id}', permissions: domain, handle: plainGet('domain') },
  { method: 'GET', pattern: '/subscribedSkus', permissions: licences, units: 3, handle: listSkus },
  { method: 'GET', pattern: '/subscribedSkus/{id}', permissions: licences, handle: getSku },
];
