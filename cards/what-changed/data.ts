import { block, filled, row } from '../blocks.js';
import { button, dots, frame, type Button, type Frame, type Sign, type ViewContext } from '../frame.js';
import { NEWEST_FIRST, pageText, pager, pagesOf, perPageIn } from '../pages.js';
import { clip, formatInstant, formatRelative, formatShort, plural } from '../format.js';

export interface WhatChangedData extends Frame {
  /** Counts by type and kind of change. */
  readonly counts: readonly { readonly label: string; readonly text: string }[];
}

export interface ChangedItem {
  readonly sign: Extract<Sign, '+' | '−' | '~'>;
  /** "Alice Moreau deleted", "Finance all: 38 members removed" */
  readonly text: string;
  /** ISO UTC of the snapshot that first shows it. */
  readonly at?: string;
  /** Where the directory audit tells. */
  readonly actor?: string;
}

export interface WhatChangedInput {
  readonly tenantName: string;
  readonly from: { readonly seq: number; readonly takenAt: string };
  /** null = live now. */
  readonly to: { readonly seq: number; readonly takenAt: string } | null;
  readonly counts: readonly {
    /** "users", "memberships" */
    readonly label: string;
    readonly added: number;
    readonly removed: number;
    readonly changed: number;
  }[];
  /** Newest first. */
  readonly items: readonly ChangedItem[];
  readonly page?: number;
  readonly say: string;
}

const PER_PAGE = 12;

/** SPEC F7: counts by type and kind, then the changes, newest first. */
export function whatChangedView(
  input: WhatChangedInput,
  ctx: ViewContext,
): { card: 'what-changed'; data: WhatChangedData } {
  const page = input.page ?? 1;
  const perPage = perPageIn(ctx, PER_PAGE);
  const pages = pagesOf([input.items.length], perPage);
  const counts = input.counts.filter(({ added, removed, changed }) => added + removed + changed > 0);
  const isPublic = ctx.place === 'group' || ctx.place === 'channel';
  const turn = (title: string, to: number): Button =>
    button('changed.page', title, {
      from: input.from.seq,
      to: input.to === null ? 'now' : input.to.seq,
      page: to,
    });
  return {
    card: 'what-changed',
    data: {
      ...frame('⇄', `What changed since ${formatShort(input.from.takenAt, ctx.timeZone, ctx.now)}`, {
        badge: {
          text: counts.length === 0 ? 'nothing' : plural(sum(counts), 'change'),
          style: counts.length === 0 ? 'good' : 'accent',
        },
        context: dots(
          input.tenantName,
          `snapshot ${input.from.seq}: ${formatInstant(input.from.takenAt, ctx.timeZone)}`,
          input.to === null
            ? 'to live, now'
            : `to snapshot ${input.to.seq}: ${formatShort(input.to.takenAt, ctx.timeZone, ctx.now)}`,
        ),
        intro: counts.length === 0 ? ['Nothing changed in between.'] : [],
        blocks: isPublic
          ? []
          : filled([
              block(
                'Newest first',
                pageText(page, pages),
                input.items.map(({ sign, text, at, actor }) =>
                  row(
                    sign,
                    clip(text, 200),
                    dots(at && formatRelative(at, ctx.timeZone, ctx.now), actor && `by ${actor}`),
                  ),
                ),
                page,
                perPage,
              ),
            ]),
        buttons: isPublic ? [] : pager(page, pages, turn, NEWEST_FIRST),
        say: input.say,
      }),
      counts: counts.map(({ label, added, removed, changed }) => ({
        label,
        text: dots(
          added > 0 && `+ ${added} added`,
          removed > 0 && `− ${removed} removed`,
          changed > 0 && `~ ${changed} changed`,
        ),
      })),
    },
  };
}

const sum = (counts: WhatChangedInput['counts']): number =>
  counts.reduce((all, { added, removed, changed }) => all + added + removed + changed, 0);
