import type { ExpectedLine } from '../../services/model/plan.js';
import type { RestoreRequest } from '../../services/model/restore.js';
import { block, filled } from '../blocks.js';
import { button, dots, frame, type Frame, type ViewContext } from '../frame.js';
import { pagesOf } from '../pages.js';
import { formatPoint, plural } from '../format.js';
import { comesBackRows, subjectsTitle, thingOf } from '../plan-lines.js';

export type ComesBackData = Frame;

export interface ComesBackInput {
  readonly request: RestoreRequest;
  /** What the undelete brings back by itself. */
  readonly lines: readonly ExpectedLine[];
  readonly tenantName: string;
  /** From 1. */
  readonly page?: number;
  readonly say: string;
}

/** Story §3.2 `[Leave some out…]`: what comes back by itself, each line with a tick box where it can be left out (SPEC R6, R8). */
export function comesBackView(
  { request, lines, tenantName, page = 1, say }: ComesBackInput,
  ctx: ViewContext,
): { card: 'comes-back'; data: ComesBackData } {
  const thing = thingOf(request.subjects);
  const pages = pagesOf([lines.length]);
  const leftOut = lines.filter(({ removal }) => removal !== undefined).length;
  const ref = { id: request.id, rev: request.rev };
  const turn = (title: string, to: number) =>
    button('restore.comesBack', title, { ...ref, page: to }, { inputs: 'auto' });
  return {
    card: 'comes-back',
    data: frame('↩', `Comes back by itself · ${subjectsTitle(request.subjects)}`, {
      badge: { text: 'asks', style: 'accent' },
      context: dots(tenantName, request.point && formatPoint(request.point, ctx.timeZone)),
      intro:
        lines.length === 0
          ? [`Nothing comes back with the ${thing} by itself.`]
          : [
              `Entra brings these back with the ${thing}. What you untick comes back too, and goes again by a second preview with an approval of its own.`,
            ],
      blocks: filled([
        block(
          'Comes back',
          dots(plural(lines.length, 'line'), leftOut > 0 && `${leftOut} to go again`),
          comesBackRows(lines, request.subjects),
          page,
        ),
      ]),
      buttons: [
        button('restore.options', 'Done', ref, { inputs: 'auto', style: 'positive' }),
        ...(page < pages ? [turn(`More (${page + 1} of ${pages})`, page + 1)] : []),
        ...(page > 1 ? [turn('Before', page - 1)] : []),
      ],
      say,
    }),
  };
}
