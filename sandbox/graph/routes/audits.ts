import type { Answer, Call } from '../http/call.js';
import { malformed, notFound, unsupportedQuery } from '../http/errors.js';
import type { Route } from '../http/router.js';
import { dig, matches } from '../query/filter.js';
import { refuseReportsWithoutPremium } from '../rules/premium.js';
import type { JsonValue, StoredAudit } from '../state/types.js';

/** Kept thirty days, as with P1 (FACTS §15). */
const keptInMs = 30 * 24 * 3600 * 1000;
const mostOnPage = 999;

export function renderAudit({ at, entry }: StoredAudit): { [key: string]: JsonValue } {
  const { actor } = entry;
  return {
    id: entry.id,
    category: entry.category,
    correlationId: entry.correlationId,
    result: 'success',
    resultReason: '',
    activityDisplayName: entry.activity,
    activityDateTime: new Date(at).toISOString(),
    loggedByService: 'Core Directory',
    operationType: entry.operation,
    initiatedBy:
      actor.type === 'app'
        ? {
            user: null,
            app: {
              appId: actor.appId,
              displayName: actor.displayName,
              servicePrincipalId: actor.servicePrincipalId,
              servicePrincipalName: null,
            },
          }
        : {
            user: {
              id: actor.id,
              displayName: actor.displayName,
              userPrincipalName: actor.userPrincipalName,
              ipAddress: '',
            },
            app: null,
          },
    targetResources: entry.targets.map((target) => ({
      id: target.id,
      displayName: target.displayName,
      type: target.type,
      userPrincipalName: target.userPrincipalName,
      groupType: target.groupType,
      modifiedProperties: target.changes.map((change) => ({
        displayName: change.name,
        oldValue: JSON.stringify(change.before),
        newValue: JSON.stringify(change.after),
      })),
    })),
    additionalDetails: [],
  };
}

/** Newest first; `$orderby=activityDateTime asc` turns it round. The token is a place in the log, which only grows. */
function listAudits(call: Call): Answer {
  const { query, state } = call;
  const top = query.top ?? 100;
  if (top < 1 || top > mostOnPage)
    throw unsupportedQuery(
      `Invalid page size specified: '${top}'. Must be between 1 and ${mostOnPage} inclusive.`,
    );
  const ascending = query.orderBy[0]?.property === 'activityDateTime' && !query.orderBy[0].descending;
  const oldest = call.now - keptInMs;
  const { audits } = state;
  const start = query.skipToken === null ? (ascending ? 0 : audits.length - 1) : Number(query.skipToken);
  if (!Number.isInteger(start)) throw malformed('Invalid skip token.');
  const value: { [key: string]: JsonValue }[] = [];
  let i = start;
  for (; i >= 0 && i < audits.length && value.length < top; i += ascending ? 1 : -1) {
    const audit = audits[i] as StoredAudit;
    if (audit.at < oldest || audit.at > call.now) continue;
    const item = renderAudit(audit);
    if (query.filter && !matches(query.filter, (path) => dig(item, path))) continue;
    value.push(item);
  }
  const more = i >= 0 && i < audits.length && value.length === top;
  const body: { [key: string]: JsonValue } = { '@odata.context': call.context('auditLogs/directoryAudits') };
  if (more) {
    const params = new URLSearchParams([...query.raw].filter(([name]) => name !== '$skiptoken'));
    params.set('$skiptoken', String(i));
    body['@odata.nextLink'] =
      `${call.core.baseUrl()}${call.path}?${params.toString().replaceAll('%24', '$')}`;
  }
  body['value'] = value;
  return { status: 200, body };
}

function getAudit(call: Call): Answer {
  const found = call.state.audits.find((audit) => audit.entry.id === call.param('id'));
  if (!found) throw notFound(call.param('id'));
  return {
    status: 200,
    body: { '@odata.context': call.context('auditLogs/directoryAudits/$entity'), ...renderAudit(found) },
  };
}

function emptyList(context: string): Route['handle'] {
  return (call) => {
    refuseReportsWithoutPremium(call);
    return { status: 200, body: { '@odata.context': call.context(context), value: [] } };
  };
}

const read = ['AuditLog.Read.All', 'Directory.Read.All'];

export const auditRoutes: readonly Route[] = [
  { method: 'GET', pattern: '/auditLogs/directoryAudits', permissions: read, handle: listAudits },
  { method: 'GET', pattern: '/auditLogs/directoryAudits/{id}', permissions: read, handle: getAudit },
  // Nobody signs in to the simulated tenant.
  {
    method: 'GET',
    pattern: '/auditLogs/signIns',
    permissions: ['AuditLog.Read.All'],
    handle: emptyList('auditLogs/signIns'),
  },
  {
    method: 'GET',
    pattern: '/auditLogs/provisioning',
    permissions: read,
    handle: emptyList('auditLogs/provisioning'),
  },
];
