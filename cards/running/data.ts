import type { RestoreRequest } from '../../services/model/restore.js';
import { button, dots, frame, type Frame, type ViewContext } from '../frame.js';
import { formatClock, formatDuration, formatNumber } from '../format.js';
import { requestContext, requestGlyph, requestTitle, stateBadge, whoDecided } from '../request-words.js';

export interface RunningData extends Frame {
  readonly progress: {
    readonly done: number;
    readonly total: number;
    /** "2 of 4 · about 4 s left" */
    readonly text: string;
    /** The same as a bar of characters, for clients without one of their own. */
    readonly bar: string;
  };
  readonly refresh: { readonly id: string; readonly rev: number };
}

export interface RunningInput {
  readonly request: RestoreRequest;
  readonly tenantName: string;
  readonly say: string;
  readonly undoesNumber?: number;
}

/** Story §3.5: one card on both sides, edited in place. Only requester and approvers get the stop button. */
export function runningView(input: RunningInput, ctx: ViewContext): { card: 'running'; data: RunningData } {
  const { request } = input;
  const progress = request.progress ?? {
    done: 0,
    total: 0,
    startedAt: ctx.now.toISOString(),
    stopAsked: false,
  };
  const text = dots(
    progress.total === 0 ? 'preparing' : `${formatNumber(progress.done)} of ${formatNumber(progress.total)}`,
    rateText(progress, ctx),
    leftText(progress, ctx),
  );
  const ref = { id: request.id, rev: request.rev };
  return {
    card: 'running',
    data: {
      ...frame(requestGlyph(request), requestTitle(request, input.undoesNumber), {
        badge: stateBadge('running'),
        context: requestContext(request, input.tenantName, ctx),
        intro: progress.stopAsked
          ? ['Stops after the running step; what is done stays done and is listed.']
          : [],
        notes: [
          dots(`started ${formatClock(progress.startedAt, ctx.timeZone, ctx.now)}`, whoDecided(request, ctx)),
        ],
        buttons: progress.stopAsked
          ? []
          : [button('request.stop', 'Stop after this step', { id: request.id }, { style: 'destructive' })],
        say: input.say,
      }),
      progress: {
        done: progress.done,
        total: progress.total,
        text,
        bar: barOf(progress.done, progress.total),
      },
      refresh: ref,
    },
  };
}

/** A pace says something of long jobs only. */
const RATED_FROM = 20;

/** "8 a second", "40 a minute" (SPEC N2) */
function rateText(
  { done, total, startedAt }: NonNullable<RestoreRequest['progress']>,
  ctx: ViewContext,
): string {
  const seconds = (ctx.now.getTime() - Date.parse(startedAt)) / 1000;
  if (total < RATED_FROM || done === 0 || done >= total || seconds <= 0) return '';
  const perSecond = done / seconds;
  return perSecond >= 1
    ? `${formatNumber(Math.round(perSecond))} a second`
    : `${formatNumber(Math.max(1, Math.round(perSecond * 60)))} a minute`;
}

/** An estimate from the pace so far; silent before there is one. */
function leftText(
  { done, total, startedAt }: NonNullable<RestoreRequest['progress']>,
  ctx: ViewContext,
): string {
  const elapsed = ctx.now.getTime() - Date.parse(startedAt);
  if (done === 0 || done >= total || elapsed <= 0) return '';
  return `about ${formatDuration((elapsed / done) * (total - done))} left`;
}

const WIDTH = 24;

function barOf(done: number, total: number): string {
  const filled = total === 0 ? 0 : Math.round((WIDTH * Math.min(done, total)) / total);
  return '█'.repeat(filled) + '░'.repeat(WIDTH - filled);
}
