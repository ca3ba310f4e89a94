import type { CardName, View, ViewData } from './views.js';
import { cleanData, safeJson } from './untrusted.js';
import { frameText, type TextOptions } from './text-kit.js';
import { countsText, factsText } from './facts-text.js';
import { approvalText } from './approval/text.js';
import { comesBackText } from './comes-back/text.js';
import { decidedText } from './decided/text.js';
import { findResultsText } from './find-results/text.js';
import { handoffOfferText } from './handoff-offer/text.js';
import { helpText } from './help/text.js';
import { lapsedText } from './lapsed/text.js';
import { planJsonText } from './plan-json/text.js';
import { pointPickerText } from './point-picker/text.js';
import { previewText } from './preview/text.js';
import { requestsText } from './requests/text.js';
import { restoreOptionsText } from './restore-options/text.js';
import { resultText } from './result/text.js';
import { runningText } from './running/text.js';
import { showObjectText } from './show-object/text.js';
import { showOnceText } from './show-once/text.js';
import { waitingText } from './waiting/text.js';
import { whichOneText } from './which-one/text.js';

export type { TextOptions } from './text-kit.js';

type TextOf = { readonly [C in CardName]: (data: ViewData[C], options: TextOptions) => string };

const TEXTS: TextOf = {
  'which-one': whichOneText,
  'restore-options': restoreOptionsText,
  'point-picker': pointPickerText,
  'comes-back': comesBackText,
  preview: previewText,
  'plan-json': planJsonText,
  waiting: waitingText,
  approval: approvalText,
  running: runningText,
  lapsed: lapsedText,
  result: resultText,
  decided: decidedText,
  'handoff-offer': handoffOfferText,
  'handoff-ready': frameText,
  'handoff-state': frameText,
  'show-once': showOnceText,
  help: helpText,
  'near-miss': frameText,
  error: frameText,
  hello: frameText,
  status: factsText,
  'backup-done': frameText,
  'backup-failed': frameText,
  digest: frameText,
  'show-object': showObjectText,
  'find-results': findResultsText,
  compare: frameText,
  'what-changed': countsText,
  covered: frameText,
  'audit-list': frameText,
  verify: factsText,
  requests: requestsText,
  notice: frameText,
  pointer: frameText,
  closed: frameText,
};

/** A view as text for a terminal; directory text in it is one visible line, without escapes of its own. */
export function renderText(view: View, options: TextOptions): string {
  const write = TEXTS[view.card] as (data: View['data'], options: TextOptions) => string;
  return write(cleanData(view.data), options);
}

/** What `--json` prints: the view's data and nothing else. A credential is never printed this way. */
export const renderJson = (view: View): string =>
  safeJson(view.card === 'show-once' ? { ...view.data, code: '(shown as text only)' } : view.data);
