import { DateTime } from 'luxon';
import type { RestoreRequest } from '../../services/model/restore.js';
import type { DistinctPoint } from '../../services/model/restore-service.js';
import { button, dots, frame, type Frame, type ViewContext } from '../frame.js';
import { onPage, pageText, pagesOf } from '../pages.js';
import { clip, formatPoint, formatShort, listing } from '../format.js';
import { subjectsTitle } from '../plan-lines.js';

export interface PointPickerData extends Frame {
  readonly label: string;
  /** `value` is the snapshot's number. */
  readonly choices: readonly { readonly title: string; readonly value: string }[];
  readonly chosen: string;
  /** Calendar strip, oldest first; marked days are those on which something changed. */
  readonly days: readonly { readonly text: string; readonly marked: boolean; readonly inUse: boolean }[];
}

export interface PointPickerInput {
  readonly request: RestoreRequest;
  /** Newest first; a point that lacks the object is not among them. */
  readonly points: readonly DistinctPoint[];
  readonly tenantName: string;
  readonly page?: number;
  readonly say: string;
}

/** Two weeks and today. */
const DAYS = 15;

/** Story §3.2 `[Change]`: the object's distinct versions, the one in use marked. */
export function pointPickerView(
  input: PointPickerInput,
  ctx: ViewContext,
): { card: 'point-picker'; data: PointPickerData } {
  const { request, points } = input;
  const page = input.page ?? 1;
  const pages = pagesOf([points.length]);
  const ref = { id: request.id, rev: request.rev };
  const inUse = points.find((point) => holds(point, request.point?.seq));
  const shown = onPage(points, page);
  return {
    card: 'point-picker',
    data: {
      ...frame('↩', `Restore point · ${subjectsTitle(request.subjects)}`, {
        badge: { text: 'asks', style: 'accent' },
        context: dots(
          input.tenantName,
          request.point && `in use: ${formatPoint(request.point, ctx.timeZone)}`,
        ),
        intro: points.length === 0 ? ['No snapshot holds this object whole.'] : [],
        notes: dots(pageText(page, pages), 'only points that hold the object are listed')
          .split('\n')
          .filter(Boolean),
        buttons: [
          ...(shown.length > 0
            ? [
                button('restore.usePoint', 'Use this point', ref, {
                  inputs: 'auto',
                  style: 'positive',
                } as const),
              ]
            : []),
          ...(page < pages ? [button('restore.points', 'Older', { ...ref, page: page + 1 })] : []),
          ...(page > 1 ? [button('restore.points', 'Newer', { ...ref, page: page - 1 })] : []),
          button('restore.options', 'Back', ref),
        ],
        say: input.say,
      }),
      label: 'Versions that differ, newest first',
      choices: shown.map((point) => ({
        // One choice stands for a span of equal snapshots; the one in use keeps its own number.
        value: String(point === inUse ? request.point?.seq : point.until.seq),
        title: pointText(point, point === inUse, ctx),
      })),
      chosen: inUse !== undefined && shown.includes(inUse) ? String(request.point?.seq ?? '') : '',
      days: strip(points, request.point?.takenAt, ctx),
    },
  };
}

const holds = ({ point, until }: DistinctPoint, seq: number | undefined): boolean =>
  seq !== undefined && point.seq <= seq && seq <= until.seq;

/** "Mon 16 Nov 02:00, snapshots 10 to 14: joined Payroll readers, in use" */
function pointText({ point, until, what }: DistinctPoint, inUse: boolean, ctx: ViewContext): string {
  const snapshots =
    point.seq === until.seq ? `snapshot ${point.seq}` : `snapshots ${point.seq} to ${until.seq}`;
  const facts = what.length === 0 ? 'first seen' : listing(what.map((fact) => clip(fact, 90)));
  return `${formatShort(point.takenAt, ctx.timeZone, ctx.now)}, ${snapshots}: ${facts}${inUse ? ', in use' : ''}`;
}

function strip(
  points: readonly DistinctPoint[],
  inUse: string | undefined,
  ctx: ViewContext,
): PointPickerData['days'] {
  const day = (iso: string): string => DateTime.fromISO(iso, { zone: ctx.timeZone }).toISODate() ?? '';
  const marked = new Set(points.map(({ point }) => day(point.takenAt)));
  const today = DateTime.fromJSDate(ctx.now, { zone: ctx.timeZone }).setLocale('en-GB').startOf('day');
  return Array.from({ length: DAYS }, (_, index) => {
    const date = today.minus({ days: DAYS - 1 - index });
    const iso = date.toISODate() ?? '';
    const isMarked = marked.has(iso);
    return {
      text: index === 0 || date.day === 1 ? date.toFormat('LLL d') : date.toFormat('d'),
      marked: isMarked,
      inUse: inUse !== undefined && day(inUse) === iso,
    };
  });
}
