import type { RestoreRequest } from '../../services/model/restore.js';
import { dots, type ViewContext } from '../frame.js';
import { formatClock, plural } from '../format.js';
import { isUnmade, linesText } from '../request-words.js';
import { noticeView, type NoticeData } from './data.js';

/** What the channel hears of a request: counts and who asks or decides, never about whom (SPEC N4). null = nothing to say. */
export function requestNotice(
  request: RestoreRequest,
  ctx: ViewContext,
): { card: 'notice'; data: NoticeData } | null {
  const { approval, result, number, atCommandLine } = request;
  const decisions = approval?.decisions ?? [];
  const by = (verdict: 'approved' | 'denied'): string => {
    const names = decisions.filter((decision) => decision.verdict === verdict).map((one) => one.by.name);
    return names.length === 0 ? '' : `, ${verdict} by ${names.join(' and ')}`;
  };
  const asked = `${countOf(request)}, asked by ${request.requester.name}`;
  const say = (glyph: string, text: string, more: string | false | undefined = undefined) =>
    // What was done at the command line of the server is announced as that (SPEC A7).
    noticeView(
      {
        glyph,
        text,
        notes: [dots(`request ${number}`, more, atCommandLine && 'at the command line of the server')],
      },
      ctx,
    );
  switch (request.state) {
    case 'asks':
    case 'running':
      return null;
    case 'waiting': {
      const needs = (approval?.needs.approvers ?? 1) - decisions.length;
      const until = approval && ` until ${formatClock(approval.expiresAt, ctx.timeZone, ctx.now)}`;
      return say('✓?', `A request waits: ${asked}.`, `${plural(needs, 'approval')} needed${until ?? ''}`);
    }
    case 'done':
    case 'incomplete':
    case 'failed':
    case 'cancelled':
      // A preview that was put aside was never asked for: nobody waits to hear of it.
      if (approval === undefined && result === undefined) return null;
      return say(
        '↩',
        `${KINDS[request.kind]} ${request.state}: ${asked}${by('approved')}.`,
        result && !isUnmade(request) && linesText(result),
      );
    case 'lapsed':
      return say('↩', `A request lapsed, since the tenant changed: ${asked}.`, 'nothing was written');
    case 'expired':
      return say('↩', `A request expired without a decision: ${asked}.`, 'nothing was written');
    case 'denied':
      return say('↩', `A request was denied: ${asked}${by('denied')}.`, 'nothing was written');
    case 'withdrawn':
      return say('↩', `A request was withdrawn: ${asked}.`, 'nothing was written');
  }
}

const KINDS = { restore: 'Restore', undo: 'Undo', credential: 'Sign-in request' } as const;

function countOf({ subjects }: RestoreRequest): string {
  const types = new Map<string, number>();
  for (const { type } of subjects) types.set(type, (types.get(type) ?? 0) + 1);
  return [...types].map(([type, count]) => plural(count, type)).join(', ');
}
