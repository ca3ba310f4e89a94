import { frame, runButton, type Badge, type Frame, type ViewContext } from '../frame.js';

export type NoticeData = Frame;

export interface NoticeInput {
  readonly glyph?: string;
  /** Counts, numbers, names of those who ask and decide; never names of the objects concerned (SPEC N4). */
  readonly text: string;
  readonly badge?: Badge;
  readonly notes?: readonly string[];
  /** Sentences as buttons; they go on in the personal chat. */
  readonly suggestions?: readonly { readonly title: string; readonly text: string }[];
}

/** One line in a channel. */
export function noticeView(input: NoticeInput, _ctx: ViewContext): { card: 'notice'; data: NoticeData } {
  return {
    card: 'notice',
    data: frame(input.glyph ?? '↩', input.text, {
      badge: input.badge ?? { text: '', style: 'emphasis' },
      notes: input.notes ?? [],
      buttons: (input.suggestions ?? []).slice(0, 3).map(({ title, text }) => runButton(title, text)),
    }),
  };
}
