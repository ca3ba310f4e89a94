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

/** Half of the card's budget in characters; the terminal has no such limit. */
const MOST = 8_000;

/** The plan as JSON (SPEC R17): what an approval binds, without the store's own fields. */
export function planJsonView(
  { plan, request, say }: PlanJsonInput,
  ctx: ViewContext,
): { card: 'plan-json'; data: PlanJsonData } {
  const { tenant: _tenant, rev: _rev, ...shown } = plan;
  const text = safeJson(shown);
  const fits = text.length <= MOST || ctx.place === 'terminal';
  const cut = fits ? text : text.slice(0, text.lastIndexOf('\n', MOST));
  return {
    card: 'plan-json',
    data: {
      ...frame('{}', `Plan · ${clip(subjectsTitle(plan.subjects.map(({ object }) => object)), 80)}`, {
        context: `hash ${plan.hash.slice(0, 12)}`,
        notes: fits
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
