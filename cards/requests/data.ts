import type { RestoreRequest } from '../../services/model/restore.js';
import { button, dots, frame, type Button, type Frame, type ViewContext } from '../frame.js';
import { NEWEST_FIRST, onPage, pageText, pager, pagesOf } from '../pages.js';
import { formatClock, formatRelative, plural } from '../format.js';
import { requestTitle, stateBadge } from '../request-words.js';

export interface RequestsData extends Frame {
  readonly requests: readonly {
    readonly title: string;
    readonly facts: string;
    readonly state: string;
    readonly style: string;
    readonly open: Button;
  }[];
}

export interface RequestsInput {
  readonly tenantName: string;
  /** Newest first. */
  readonly requests: readonly RestoreRequest[];
  /** Decided ones too. */
  readonly all: boolean;
  readonly page?: number;
  readonly say: string;
}

/** Open requests, or all of them: the way back to any card. */
export function requestsView(
  input: RequestsInput,
  ctx: ViewContext,
): { card: 'requests'; data: RequestsData } {
  const page = input.page ?? 1;
  const pages = pagesOf([input.requests.length]);
  const turn = (title: string, to: number, all = input.all): Button =>
    button('requests.page', title, { page: to, all });
  return {
    card: 'requests',
    data: {
      ...frame('☰', input.all ? 'Requests' : 'Open requests', {
        badge: { text: plural(input.requests.length, 'request'), style: 'emphasis' },
        context: dots(input.tenantName, pageText(page, pages)),
        intro: input.requests.length === 0 ? [input.all ? 'No requests yet.' : 'Nothing waits.'] : [],
        buttons: [
          ...pager(page, pages, turn, NEWEST_FIRST),
          turn(input.all ? 'Only open ones' : 'All requests', 1, !input.all),
        ],
        say: input.say,
      }),
      requests: onPage(input.requests, page).map((request) => {
        const badge = stateBadge(request.state);
        return {
          title: `${request.number}  ${requestTitle(request)}`,
          facts: dots(
            `asked by ${request.requester.name} ${formatRelative(request.createdAt, ctx.timeZone, ctx.now)}`,
            request.state === 'waiting' &&
              request.approval &&
              `expires ${formatClock(request.approval.expiresAt, ctx.timeZone, ctx.now)}`,
          ),
          state: badge.text,
          style: badge.style,
          open: button('request.open', 'Open', { id: request.id }),
        };
      }),
    },
  };
}
