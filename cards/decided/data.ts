import type { Plan } from '../../services/model/plan.js';
import type { RestoreRequest } from '../../services/model/restore.js';
import { button, dots, frame, type Frame, type ViewContext } from '../frame.js';
import { formatClock } from '../format.js';
import { givesOf, givesText, planSummary } from '../plan-lines.js';
import {
  requestContext,
  requestGlyph,
  requestTitle,
  stateBadge,
  stateWord,
  whoDecided,
} from '../request-words.js';

export interface DecidedData extends Frame {
  readonly gives: string;
  readonly summary: string;
}

export interface DecidedInput {
  readonly request: RestoreRequest;
  readonly plan: Plan | null;
  readonly tenantName: string;
  readonly say: string;
  readonly undoesNumber?: number;
}

/** A request that is over, or that this viewer has already decided: the content stays, the buttons go (story §2). */
export function decidedView(input: DecidedInput, ctx: ViewContext): { card: 'decided'; data: DecidedData } {
  const { request, plan } = input;
  return {
    card: 'decided',
    data: {
      ...frame(requestGlyph(request), requestTitle(request, input.undoesNumber), {
        badge: stateBadge(request.state),
        context: requestContext(request, input.tenantName, ctx),
        intro: introOf(request, ctx),
        notes: [dots(whoDecided(request, ctx), (request.reason ?? '') !== '' && `why: ${request.reason}`)],
        buttons: ['waiting', 'running'].includes(request.state)
          ? [button('request.refresh', 'Refresh', { id: request.id, rev: request.rev })]
          : [],
        say: input.say,
      }),
      gives: plan === null ? '' : givesText(givesOf(plan)),
      summary: plan === null ? '' : planSummary(plan),
    },
  };
}

function introOf(request: RestoreRequest, ctx: ViewContext): readonly string[] {
  const denied = request.approval?.decisions.find(({ verdict }) => verdict === 'denied');
  const own = request.approval?.decisions.find(({ by }) => by.objectId === ctx.viewer?.objectId);
  const at = (iso: string): string => formatClock(iso, ctx.timeZone, ctx.now);
  switch (request.state) {
    case 'denied':
      return [
        `${denied?.by.name ?? 'An approver'} denied this${denied === undefined ? '' : ` ${at(denied.at)}`}. Nothing was written.`,
        ...(denied?.comment === undefined || denied.comment === '' ? [] : [`“${denied.comment}”`]),
      ];
    case 'withdrawn':
      return [`${request.requester.name} withdrew this. Nothing was written.`];
    case 'expired':
      return [`${whyExpired(request, at)}. Nothing was written; ask again for a fresh preview.`];
    case 'cancelled':
      return ['Cancelled. Nothing was written.'];
    case 'waiting': {
      const missing = (request.approval?.needs.approvers ?? 1) - (request.approval?.decisions.length ?? 0);
      return [
        own === undefined
          ? 'This request waits for somebody else.'
          : `You ${own.verdict} this ${at(own.at)}; ${missing} more needed.`,
      ];
    }
    default:
      return [`The request is ${stateWord(request.state)}.`];
  }
}

/** Who was missing: all, some of several approvers, or the asker who never asked. Without a full stop. */
function whyExpired({ approval }: RestoreRequest, at: (iso: string) => string): string {
  if (approval === undefined) return 'This was prepared and not asked for in time';
  const until = `(until ${at(approval.expiresAt)})`;
  const needed = approval.needs.approvers;
  const approved = approval.decisions.filter(({ verdict }) => verdict === 'approved').length;
  if (approved === 0) return `Nobody decided in time ${until}`;
  const others = needed === 2 ? 'the second' : needed - approved === 1 ? 'the last' : 'the others';
  return `${approved} of ${needed} approved; ${others} did not decide in time ${until}`;
}
