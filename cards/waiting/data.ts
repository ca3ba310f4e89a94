import type { Plan } from '../../services/model/plan.js';
import type { RestoreRequest } from '../../services/model/restore.js';
import { button, dots, frame, type Frame, type ViewContext } from '../frame.js';
import { formatClock, listing, plural } from '../format.js';
import { givesOf, givesText, planSummary } from '../plan-lines.js';
import { requestContext, requestGlyph, requestTitle, stateBadge } from '../request-words.js';

export interface WaitingData extends Frame {
  readonly gives: string;
  readonly summary: string;
  /** Two digits for the approver, '' where the class asks for none. */
  readonly number: string;
  readonly refresh: { readonly id: string; readonly rev: number };
}

export interface WaitingInput {
  readonly request: RestoreRequest;
  readonly plan: Plan;
  readonly tenantName: string;
  readonly approverGroup: string;
  /** Names of those who were asked. */
  readonly asked: readonly string[];
  readonly say: string;
  readonly undoesNumber?: number;
}

/** The requester's side of story §3.4: what waits, the number where the class asks for one, a way out. */
export function waitingView(input: WaitingInput, ctx: ViewContext): { card: 'waiting'; data: WaitingData } {
  const { request, plan } = input;
  const { approval } = request;
  const ref = { id: request.id, rev: request.rev };
  const given = approval?.decisions.filter(({ verdict }) => verdict === 'approved') ?? [];
  const needed = approval?.needs.approvers ?? plan.needs.approvers;
  const asked = approval?.reassignedTo?.map(({ name }) => name) ?? input.asked;
  return {
    card: 'waiting',
    data: {
      ...frame(requestGlyph(request), requestTitle(request, input.undoesNumber), {
        badge: stateBadge('waiting'),
        context: requestContext(request, input.tenantName, ctx),
        intro: [
          `${given.length} of ${plural(needed, 'approval')} given${given.length > 0 ? ` (${given.map(({ by }) => by.name).join(', ')})` : ''}. ` +
            (asked.length > 0 ? `Asked: ${listing(asked)}.` : `Asked: ${input.approverGroup}.`),
        ],
        notes: [
          dots(
            approval && `expires ${formatClock(approval.expiresAt, ctx.timeZone, ctx.now)}`,
            (request.reason ?? '') !== '' && `why: ${request.reason}`,
          ),
          'Nothing is written before it is approved; the plan is computed again just before it runs.',
        ].filter(Boolean),
        buttons: [
          button('request.refresh', 'Refresh', ref),
          button('request.withdraw', 'Withdraw', ref, { style: 'destructive' }),
        ],
        say: input.say,
      }),
      gives: givesText(givesOf(plan)),
      summary: planSummary(plan),
      number: approval?.needs.typeNumber === true ? String(approval.number).padStart(2, '0') : '',
      refresh: ref,
    },
  };
}
