import type { Plan } from '../../services/model/plan.js';
import type { RestoreRequest } from '../../services/model/restore.js';
import type { Person } from '../../services/model/people.js';
import { readOnly } from '../blocks.js';
import { button, dots, frame, type Button, type Frame, type ViewContext } from '../frame.js';
import { moreLines, perPageIn } from '../pages.js';
import { formatClock } from '../format.js';
import { givesText, planLines, planSummary } from '../plan-lines.js';
import { requestContext, requestVerb } from '../request-words.js';
import { blocksOf, pagesOfPlan } from '../preview/data.js';

export interface ApprovalData extends Frame {
  readonly why: string;
  readonly requester: string;
  readonly gives: string;
  readonly summary: string;
  readonly number: { readonly show: boolean; readonly label: string };
  readonly id: string;
  readonly rev: number;
  /** Somebody else who may decide; `value` is the person's object id. */
  readonly others: readonly { readonly title: string; readonly value: string }[];
  readonly pager: readonly Button[];
  readonly refresh: { readonly id: string; readonly rev: number };
}

export interface ApprovalInput {
  readonly request: RestoreRequest;
  readonly plan: Plan;
  readonly tenantName: string;
  /** Everybody who could decide; the viewer and the requester are left out here. */
  readonly approvers: readonly Person[];
  /** Missing or 0 = counts only; from 1 = all lines, paged. */
  readonly page?: number;
}

/** Story §3.4, one card per approver: why, what it gives, what it does; deny is as near as approve (SPEC A10). */
export function approvalView(
  input: ApprovalInput,
  ctx: ViewContext,
): { card: 'approval'; data: ApprovalData } {
  const { request, plan } = input;
  const { approval } = request;
  const lines = planLines(plan);
  const page = input.page ?? 0;
  const ref = { id: request.id, rev: request.rev };
  const typeNumber = approval?.needs.typeNumber ?? plan.needs.typeNumber;
  const decided = approval?.decisions ?? [];
  return {
    card: 'approval',
    data: {
      ...frame('✓?', `${request.requester.name} asks ${requestVerb(request)}`, {
        badge: {
          text: dots(
            'waiting',
            approval && `expires ${formatClock(approval.expiresAt, ctx.timeZone, ctx.now)}`,
          ),
          style: 'warning',
        },
        // Two people may have one name: who decides reads the sign-in name, too.
        context: dots(
          requestContext(request, input.tenantName, ctx),
          request.subjects.length === 1 && request.subjects[0]?.key,
        ),
        intro: decided.map(
          ({ by, verdict, at }) =>
            `${by.name} ${verdict} ${formatClock(at, ctx.timeZone, ctx.now)}; ${(approval?.needs.approvers ?? 1) - decided.length} more needed.`,
        ),
        blocks: page > 0 ? readOnly(blocksOf(plan, lines, page, perPageIn(ctx))) : [],
        buttons: [
          button(
            'approval.approve',
            'Approve',
            { ...ref, hash: plan.hash },
            { style: 'positive', inputs: 'auto' },
          ),
        ],
        // What Approve does; the requester's own sentence would ask anew. The number is on the requester's card only.
        say: `approve ${request.number}`,
      }),
      why: (request.reason ?? '') === '' ? 'no reason given' : (request.reason ?? ''),
      requester: request.requester.name,
      gives: givesText(lines.gives),
      summary: planSummary(plan),
      number: {
        show: typeNumber,
        label: `Type the number on ${request.requester.name}'s card`,
      },
      id: request.id,
      rev: request.rev,
      others: input.approvers
        .filter(
          ({ objectId }) => objectId !== request.requester.objectId && objectId !== ctx.viewer?.objectId,
        )
        .slice(0, 25)
        .map(({ name, upn, objectId }) => ({ title: dots(name, upn), value: objectId })),
      pager: pagerOf(request, plan, lines, page),
      refresh: ref,
    },
  };
}

function pagerOf(
  request: RestoreRequest,
  plan: Plan,
  lines: ReturnType<typeof planLines>,
  page: number,
): readonly Button[] {
  const pages = pagesOfPlan(plan, lines);
  const ref = { id: request.id, rev: request.rev };
  if (page === 0) return [button('approval.lines', 'Show all lines', { ...ref, page: 1 })];
  return [
    ...(page < pages ? [button('approval.lines', moreLines(page, pages), { ...ref, page: page + 1 })] : []),
    button('approval.lines', 'Hide lines', { ...ref, page: 0 }),
  ];
}
