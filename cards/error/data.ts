import type { ErrorCode } from '../../services/model/errors.js';
import { frame, runButton, type Frame, type ViewContext } from '../frame.js';
import { clip } from '../format.js';

export interface ErrorData extends Frame {
  readonly code: string;
  /** Finds the log line; '' = none. */
  readonly ref: string;
}

export interface ErrorInput {
  /** A RewindError fits. */
  readonly error: {
    readonly code: ErrorCode;
    readonly userText: string;
    readonly notDone: string;
    readonly hint: string;
  };
  readonly ref?: string;
  /** It was said, not clicked. */
  readonly typed?: boolean;
  /** Sentences that would work instead, e.g. with another name or restore point. */
  readonly suggestions?: readonly { readonly title: string; readonly text: string }[];
  readonly say?: string;
}

/** Texts of these carry names or states of objects: only where details may stand (SPEC N4). */
const PERSONAL: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'OBJECT_NOT_FOUND',
  'POINT_LACKS_OBJECT',
  'NOTHING_TO_DO',
  'PLAN_BLOCKED',
  'GRAPH_CONFLICT',
  'GRAPH_BAD_REQUEST',
  'GRAPH_NOT_FOUND',
  'INPUT_INVALID',
  'HANDOFF_NOT_FOR_YOU',
  'HANDOFF_GONE',
]);

/** What a click is told where nothing came of it. */
const CLICKED = 'This click did nothing.';

/** What happened, what was not done, what to do next, and the reference that finds the log line (SPEC C5). */
export function errorView(input: ErrorInput, ctx: ViewContext): { card: 'error'; data: ErrorData } {
  const { error } = input;
  const isPublic = ctx.place === 'group' || ctx.place === 'channel';
  const hidden = isPublic && PERSONAL.has(error.code);
  const notDone = input.typed === true ? error.notDone.replace(CLICKED, 'Nothing was done.') : error.notDone;
  const texts = hidden
    ? ['That did not work. The details are in our personal chat.', notDone]
    : [error.userText, notDone, error.hint];
  return {
    card: 'error',
    data: {
      ...frame('!', 'That did not work', {
        badge: { text: 'not done', style: 'attention' },
        intro: texts.map((text) => clip(text.trim(), 400)).filter(Boolean),
        notes: [`${error.code}${input.ref === undefined ? '' : ` · Ref ${input.ref}`}`],
        buttons: isPublic
          ? []
          : (input.suggestions ?? []).slice(0, 4).map(({ title, text }) => runButton(title, text)),
        say: isPublic ? '' : (input.say ?? ''),
      }),
      code: error.code,
      ref: input.ref ?? '',
    },
  };
}
