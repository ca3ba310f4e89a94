import type { RestoreRequest } from '../../services/model/restore.js';
import type { ViewContext } from '../frame.js';
import { formatClock, plural } from '../format.js';
import { stateBadge } from '../request-words.js';
import { noticeView, type NoticeData } from './data.js';

/** What the channel hears of a request: counts and who asks or decides, never about whom (SPEC N4). null = nothing to say. */
export function requestNotice(
  request: RestoreRequest,
  ctx: ViewContext,
): { card: 'notice'; data: NoticeData } | null {
  const what = `${KINDS[request.kind]} of ${countOf(request)}, asked by ${request.requester.name}`;
  const number = `request ${request.number}`;
  const decisions = request.approval?.decisions ?? [];
  const approvers = decisions.filter(({ verdict }) => verdict === 'approved').map(({ by }) => by.name);
  const notes = [
    [number, approvers.length > 0 && `approved by ${approvers.join(', ')}`].filter(Boolean).join(' · '),
  ];
  const say = (text: string): { card: 'notice'; data: NoticeData } =>
    noticeView({ text, badge: stateBadge(request.state), notes }, ctx);
  switch (request.state) {
    case 'waiting': {
      const needs = request.approval?.needs.approvers ?? 1;
      const until =
        request.approval === undefined
          ? ''
          : `, until ${formatClock(request.approval.expiresAt, ctx.timeZone, ctx.now)}`;
      return say(`A request waits: ${what}; ${plural(needs - approvers.length, 'approval')} needed${until}`);
    }
    case 'running':
      return say(`Running: ${what}`);
    case 'done':
    case 'incomplete':
    case 'failed': {
      const result = request.result;
      const lines =
        result === undefined ? '' : `: ${result.linesHeld} of ${plural(result.linesTotal, 'line')} hold`;
      return say(`Finished: ${what}${lines}`);
    }
    case 'lapsed':
      return say(`Lapsed, the tenant changed: ${what}; nothing was written`);
    case 'expired':
      return say(`Expired without a decision: ${what}; nothing was written`);
    case 'denied': {
      const by = decisions.find(({ verdict }) => verdict === 'denied')?.by.name;
      return say(`Denied${by === undefined ? '' : ` by ${by}`}: ${what}; nothing was written`);
    }
    case 'withdrawn':
      return say(`Withdrawn: ${what}; nothing was written`);
    case 'cancelled':
      return request.approval === undefined ? null : say(`Stopped: ${what}`);
    case 'asks':
      return null;
  }
}

const KINDS = { restore: 'restore', undo: 'undo', credential: 'sign-in change' } as const;

function countOf({ subjects }: RestoreRequest): string {
  const types = new Map<string, number>();
  for (const { type } of subjects) types.set(type, (types.get(type) ?? 0) + 1);
  return [...types].map(([type, count]) => plural(count, type)).join(' and ');
}
