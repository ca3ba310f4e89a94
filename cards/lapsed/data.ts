import type { Plan } from '../../services/model/plan.js';
import type { RestoreRequest } from '../../services/model/restore.js';
import { block, button, dots, frame, readOnly, row, type Frame, type ViewContext } from '../frame.js';
import { clip } from '../format.js';
import { givesText, needsText, planLines } from '../plan-lines.js';
import { requestContext, requestTitle, stateBadge, whoDecided } from '../request-words.js';
import { blocksOf } from '../preview/data.js';

export interface LapsedData extends Frame {
  readonly gives: string;
  readonly needs: string;
}

export interface LapsedInput {
  readonly request: RestoreRequest;
  /** The fresh plan, when it could be made. */
  readonly plan: Plan | null;
  readonly tenantName: string;
  readonly approverGroup: string;
  readonly say: string;
  readonly undoesNumber?: number;
}

/** Story §3.6: what moved, and the fresh plan under it. The approval no longer counts. */
export function lapsedView(input: LapsedInput, ctx: ViewContext): { card: 'lapsed'; data: LapsedData } {
  const { request, plan } = input;
  const moved = request.lapsedBecause ?? [];
  const lines = plan === null ? null : planLines(plan);
  const own = ctx.viewer === undefined || ctx.viewer.objectId === request.requester.objectId;
  const canAsk = plan !== null && plan.applyable && plan.operations.length > 0 && own;
  return {
    card: 'lapsed',
    data: {
      ...frame(request.kind === 'credential' ? '◆' : '↩', requestTitle(request, input.undoesNumber), {
        badge: stateBadge('lapsed'),
        context: requestContext(request, input.tenantName, ctx),
        intro: [
          'The tenant changed since the preview. The approval no longer counts; nothing was written.',
          ...(plan !== null && plan.operations.length === 0
            ? ['With the new state there is nothing left to restore.']
            : []),
        ],
        blocks: [
          block(
            'Since the preview',
            dots(moved.length > 1 && `${moved.length} changes`),
            moved.map((text) => row('!', clip(text, 200))),
            1,
            5,
          ),
          ...(plan === null || lines === null ? [] : readOnly(blocksOf(plan, lines, 1)).slice(0, 2)),
        ].filter(({ rows }) => rows.length > 0),
        notes: [whoDecided(request, ctx)],
        buttons: [
          ...(canAsk
            ? [
                button(
                  'request.askAgain',
                  'Ask again with this plan',
                  { id: request.id, rev: request.rev, hash: plan.hash },
                  { style: 'positive' } as const,
                ),
              ]
            : []),
          ...(own ? [button('restore.cancel', 'Cancel', { id: request.id, rev: request.rev })] : []),
        ],
        say: input.say,
      }),
      gives: lines === null ? '' : givesText(lines.gives),
      needs: canAsk ? needsText(plan.needs, input.approverGroup) : '',
    },
  };
}
