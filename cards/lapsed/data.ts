import type { Plan } from '../../services/model/plan.js';
import type { RestoreRequest } from '../../services/model/restore.js';
import { block, filled, readOnly, row } from '../blocks.js';
import { button, dots, frame, type Button, type Frame, type ViewContext } from '../frame.js';
import { pager, pagesOf, perPageIn } from '../pages.js';
import { clip } from '../format.js';
import { givesText, needsText, planLines, type PlanLines } from '../plan-lines.js';
import {
  isOwn,
  requestContext,
  requestGlyph,
  requestTitle,
  stateBadge,
  whoDecided,
} from '../request-words.js';
import { blocksOf, pagesOfPlan } from '../preview/data.js';

export interface LapsedData extends Frame {
  readonly gives: string;
  readonly needs: string;
  readonly pager: readonly Button[];
}

export interface LapsedInput {
  readonly request: RestoreRequest;
  /** The fresh plan, when it could be made. */
  readonly plan: Plan | null;
  readonly tenantName: string;
  readonly approverGroup: string;
  /** From 1; what moved and the fresh plan page together. */
  readonly page?: number;
  readonly say: string;
  readonly undoesNumber?: number;
}

const MOVED_PER_PAGE = 5;
/** Beside what moved: what the fresh plan does; what it skips stands on the approval and in the result. */
const PLAN_BLOCKS = 2;

/** Story §3.6: what moved, and the fresh plan under it. The approval no longer counts. */
export function lapsedView(input: LapsedInput, ctx: ViewContext): { card: 'lapsed'; data: LapsedData } {
  const { request, plan } = input;
  const moved = request.lapsedBecause ?? [];
  const lines = plan === null ? null : planLines(plan);
  const page = input.page ?? 1;
  const own = isOwn(request, ctx);
  const canAsk = plan !== null && plan.applyable && plan.operations.length > 0 && own;
  return {
    card: 'lapsed',
    data: {
      ...frame(requestGlyph(request), requestTitle(request, input.undoesNumber), {
        badge: stateBadge('lapsed'),
        context: requestContext(request, input.tenantName, ctx),
        intro: [
          'The tenant changed since the preview. The approval no longer counts; nothing was written.',
          ...(plan !== null && plan.operations.length === 0
            ? ['With the new state there is nothing left to restore.']
            : []),
        ],
        blocks: filled([
          block(
            'Since the preview',
            dots(moved.length > 1 && `${moved.length} changes`),
            moved.map((text) => row('!', clip(text, 200))),
            page,
            perPageIn(ctx, MOVED_PER_PAGE),
          ),
          ...(plan === null || lines === null
            ? []
            : readOnly(blocksOf(plan, lines, page, perPageIn(ctx))).slice(0, PLAN_BLOCKS)),
        ]),
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
      pager: pagerOf(input, lines, page),
    },
  };
}

/** A page is no change, so whoever sees the card may turn it. */
function pagerOf({ request, plan }: LapsedInput, lines: PlanLines | null, page: number): readonly Button[] {
  const moved = pagesOf([request.lapsedBecause?.length ?? 0], MOVED_PER_PAGE);
  const pages = Math.max(moved, plan && lines ? pagesOfPlan(plan, lines, PLAN_BLOCKS) : 1);
  return pager(page, pages, (title, to) =>
    button('request.refresh', title, { id: request.id, rev: request.rev, page: to }),
  );
}
