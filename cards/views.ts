import type { Place } from './frame.js';
import type { ApprovalData } from './approval/data.js';
import type { AuditListData } from './audit-list/data.js';
import type { BackupDoneData } from './backup-done/data.js';
import type { BackupFailedData } from './backup-failed/data.js';
import type { ClosedData } from './closed/data.js';
import type { ComesBackData } from './comes-back/data.js';
import type { CompareData } from './compare/data.js';
import type { CoveredData } from './covered/data.js';
import type { DecidedData } from './decided/data.js';
import type { DigestData } from './digest/data.js';
import type { ErrorData } from './error/data.js';
import type { FindResultsData } from './find-results/data.js';
import type { HandoffOfferData } from './handoff-offer/data.js';
import type { HandoffReadyData } from './handoff-ready/data.js';
import type { HandoffStateData } from './handoff-state/data.js';
import type { HelloData } from './hello/data.js';
import type { HelpData } from './help/data.js';
import type { LapsedData } from './lapsed/data.js';
import type { NearMissData } from './near-miss/data.js';
import type { NoticeData } from './notice/data.js';
import type { PlanJsonData } from './plan-json/data.js';
import type { PointPickerData } from './point-picker/data.js';
import type { PointerData } from './pointer/data.js';
import type { PreviewData } from './preview/data.js';
import type { RequestsData } from './requests/data.js';
import type { RestoreOptionsData } from './restore-options/data.js';
import type { ResultData } from './result/data.js';
import type { RunningData } from './running/data.js';
import type { ShowObjectData } from './show-object/data.js';
import type { ShowOnceData } from './show-once/data.js';
import type { StatusData } from './status/data.js';
import type { VerifyData } from './verify/data.js';
import type { WaitingData } from './waiting/data.js';
import type { WhatChangedData } from './what-changed/data.js';
import type { WhichOneData } from './which-one/data.js';

/** Card → data. One folder each: data.ts (type and pure builder), template.json (layout), text.ts (terminal). */
export interface ViewData {
  'which-one': WhichOneData;
  'restore-options': RestoreOptionsData;
  'point-picker': PointPickerData;
  'comes-back': ComesBackData;
  preview: PreviewData;
  'plan-json': PlanJsonData;
  waiting: WaitingData;
  approval: ApprovalData;
  running: RunningData;
  lapsed: LapsedData;
  result: ResultData;
  decided: DecidedData;
  'handoff-offer': HandoffOfferData;
  'handoff-ready': HandoffReadyData;
  'handoff-state': HandoffStateData;
  'show-once': ShowOnceData;
  help: HelpData;
  'near-miss': NearMissData;
  error: ErrorData;
  hello: HelloData;
  status: StatusData;
  'backup-done': BackupDoneData;
  'backup-failed': BackupFailedData;
  digest: DigestData;
  'show-object': ShowObjectData;
  'find-results': FindResultsData;
  compare: CompareData;
  'what-changed': WhatChangedData;
  covered: CoveredData;
  'audit-list': AuditListData;
  verify: VerifyData;
  requests: RequestsData;
  notice: NoticeData;
  pointer: PointerData;
  closed: ClosedData;
}

export type CardName = keyof ViewData;

/** What a command or a click answers with; Teams renders it as a card, the terminal as text, `--json` as its data. */
export type View = { [C in CardName]: { readonly card: C; readonly data: ViewData[C] } }[CardName];

export type ViewOf<C extends CardName> = Extract<View, { readonly card: C }>;

/**
 * Cards that hold kinds, counts and numbers only, or fit themselves to the place. Everything else goes to the personal chat,
 * and a pointer is left behind (SPEC N4).
 */
const PUBLIC: ReadonlySet<CardName> = new Set<CardName>([
  'notice',
  'pointer',
  'closed',
  'near-miss',
  'digest',
  'backup-done',
  'backup-failed',
  'help',
  'hello',
  'error',
  'what-changed',
  'covered',
]);

/** Whether a view may stand in this place. 'what-changed' and 'error' must have been built for it (`ViewContext.place`). */
export const mayStandIn = (card: CardName, place: Place): boolean =>
  place === 'personal' || place === 'terminal' || PUBLIC.has(card);
