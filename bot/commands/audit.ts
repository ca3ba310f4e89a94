import { AUDIT_PER_PAGE, auditListView } from '../../cards/audit-list/data.js';
import type { View } from '../../cards/views.js';
import type { AuditEntry } from '../../services/model/audit.js';
import type { RequestId } from '../../services/model/ids.js';
import type { Operation } from '../../services/model/plan.js';
import type { RestoreRequest } from '../../services/model/restore.js';
import type { App } from '../app.js';
import { resolveRequest } from '../resolve.js';
import type { Turn } from '../turn.js';
import { viewContext } from '../view-context.js';
import type { Command } from '../handlers.js';

/** The newest entries that a list goes back to; all of them are in the audit itself. */
const LISTED_AT_MOST = 500;

/** `audit`, `audit request 31`: the chain is recomputed, and says so. */
export const audit: Command<'audit'> = async (app, _present, turn, command) => {
  const request =
    command.request === undefined ? undefined : await resolveRequest(app, turn, command.request);
  const { firstBroken } = await app.audit.verify(turn.tenant);
  return [{ view: await auditView(app, turn, { ...(request ? { request } : {}), page: 1, firstBroken }) }];
};

/** @param firstBroken  missing = the chain was not recomputed for this page */
export async function auditView(
  app: App,
  turn: Turn,
  shown: {
    readonly request?: RestoreRequest;
    readonly page: number;
    readonly firstBroken?: number | null;
  },
): Promise<View> {
  const { request, page } = shown;
  const entries = await app.audit.list(turn.tenant, {
    limit: LISTED_AT_MOST,
    ...(request ? { requestId: request.id } : {}),
  });
  const onPage = entries.slice((page - 1) * AUDIT_PER_PAGE, page * AUDIT_PER_PAGE);
  return auditListView(
    {
      tenantName: await app.tenantName(),
      entries,
      ...(request ? { request: { id: request.id, number: request.number } } : {}),
      ...(shown.firstBroken === undefined ? {} : { firstBroken: shown.firstBroken }),
      lines: await linesOf(app, turn, onPage),
      page,
      say: request ? `audit request ${request.number}` : 'audit',
    },
    viewContext(app, turn),
  );
}

/** What was written, in names: an entry holds ids only, the plan that it carried out has the names. */
async function linesOf(
  app: App,
  turn: Turn,
  entries: readonly AuditEntry[],
): Promise<ReadonlyMap<string, string>> {
  const requests = new Set(
    entries.flatMap(({ details, requestId }) =>
      requestId && details['line'] !== undefined ? [requestId] : [],
    ),
  );
  const plans = await Promise.all(
    [...requests].map(async (id) => {
      const request = await app.restore.get(turn.tenant, id as RequestId);
      return request?.planId ? app.restore.plan(turn.tenant, request.planId) : null;
    }),
  );
  return new Map(
    plans.flatMap((plan) => (plan?.operations ?? []).map((operation) => [operation.key, wordsOf(operation)])),
  );
}

function wordsOf(operation: Operation): string {
  switch (operation.do) {
    case 'link':
    case 'unlink':
      return `${operation.sourceName.name}: ${operation.kind} ${operation.targetName.name}`;
    case 'update':
      return `${operation.object.name}: ${operation.changes.map(({ label }) => label).join(', ')}`;
    default:
      return operation.object.name;
  }
}
