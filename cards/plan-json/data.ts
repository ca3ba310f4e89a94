import type { Plan } from '../../services/model/plan.js';
import { button, frame, type Frame, type ViewContext } from '../frame.js';
import { clip, formatNumber } from '../format.js';
import { subjectsTitle } from '../plan-lines.js';
import { safeJson } from '../untrusted.js';

export interface PlanJsonData extends Frame {
  /** Indented JSON, whole lines only. */
  readonly code: string;
}

export interface PlanJsonInput {
  readonly plan: Plan;
  readonly request?: { readonly id: string; readonly rev: number };
  readonly say: string;
}

/**
 * Characters of JSON that the card has room for, as they travel: quotes and line ends are escaped, and the text stands twice
 * (for clients without a code block): 22 of the 28 KB, the rest is for the frame. The terminal has no such limit.
 */
const MOST = 5_600;

/** The plan as JSON (SPEC R17): what an approval binds, without the store's own fields. */
export function planJsonView(
  { plan, request, say }: PlanJsonInput,
  ctx: ViewContext,
): { card: 'plan-json'; data: PlanJsonData } {
  const { tenant: _tenant, rev: _rev, ...shown } = plan;
  const text = safeJson(shown);
  const cut = ctx.place === 'terminal' ? text : wholeLines(text);
  return {
    card: 'plan-json',
    data: {
      ...frame('{}', `Plan · ${clip(subjectsTitle(plan.subjects.map(({ object }) => object)), 80)}`, {
        context: `hash ${plan.hash.slice(0, 12)}`,
        notes:
          cut.length === text.length
            ? []
            : [`${formatNumber(text.length - cut.length)} more characters: use --json on the command line`],
        buttons:
          request === undefined
            ? []
            : [button('restore.preview', 'Back', { id: request.id, rev: request.rev })],
        say,
      }),
      code: cut,
    },
  };
}

/** As many whole lines from the start as the card has room for. */
function wholeLines(text: string): string {
  let room = MOST;
  const lines = text.split('\n');
  const fitting = lines.findIndex((line) => (room -= JSON.stringify(line).length) < 0);
  return fitting < 0 ? text : lines.slice(0, fitting).join('\n');
}
