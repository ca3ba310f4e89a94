import type { CardName } from './views.js';
import approval from './approval/template.json' with { type: 'json' };
import auditList from './audit-list/template.json' with { type: 'json' };
import backupDone from './backup-done/template.json' with { type: 'json' };
import backupFailed from './backup-failed/template.json' with { type: 'json' };
import closed from './closed/template.json' with { type: 'json' };
import comesBack from './comes-back/template.json' with { type: 'json' };
import compare from './compare/template.json' with { type: 'json' };
import covered from './covered/template.json' with { type: 'json' };
import decided from './decided/template.json' with { type: 'json' };
import digest from './digest/template.json' with { type: 'json' };
import error from './error/template.json' with { type: 'json' };
import findResults from './find-results/template.json' with { type: 'json' };
import handoffOffer from './handoff-offer/template.json' with { type: 'json' };
import handoffReady from './handoff-ready/template.json' with { type: 'json' };
import handoffState from './handoff-state/template.json' with { type: 'json' };
import hello from './hello/template.json' with { type: 'json' };
import help from './help/template.json' with { type: 'json' };
import lapsed from './lapsed/template.json' with { type: 'json' };
import nearMiss from './near-miss/template.json' with { type: 'json' };
import notice from './notice/template.json' with { type: 'json' };
import planJson from './plan-json/template.json' with { type: 'json' };
import pointPicker from './point-picker/template.json' with { type: 'json' };
import pointer from './pointer/template.json' with { type: 'json' };
import preview from './preview/template.json' with { type: 'json' };
import requests from './requests/template.json' with { type: 'json' };
import restoreOptions from './restore-options/template.json' with { type: 'json' };
import result from './result/template.json' with { type: 'json' };
import running from './running/template.json' with { type: 'json' };
import showObject from './show-object/template.json' with { type: 'json' };
import showOnce from './show-once/template.json' with { type: 'json' };
import status from './status/template.json' with { type: 'json' };
import verify from './verify/template.json' with { type: 'json' };
import waiting from './waiting/template.json' with { type: 'json' };
import whatChanged from './what-changed/template.json' with { type: 'json' };
import whichOne from './which-one/template.json' with { type: 'json' };
import partBlocks from './parts/blocks.json' with { type: 'json' };
import partButtonList from './parts/button-list.json' with { type: 'json' };
import partButtons from './parts/buttons.json' with { type: 'json' };
import partCode from './parts/code.json' with { type: 'json' };
import partCounts from './parts/counts.json' with { type: 'json' };
import partFacts from './parts/facts.json' with { type: 'json' };
import partGives from './parts/gives.json' with { type: 'json' };
import partHeader from './parts/header.json' with { type: 'json' };
import partIntro from './parts/intro.json' with { type: 'json' };
import partNeeds from './parts/needs.json' with { type: 'json' };
import partNotes from './parts/notes.json' with { type: 'json' };
import partPager from './parts/pager.json' with { type: 'json' };
import partSay from './parts/say.json' with { type: 'json' };
import partSummary from './parts/summary.json' with { type: 'json' };

/** Layout of every card; expanded by render.ts only. */
export const TEMPLATES: Readonly<Record<CardName, object>> = {
  approval,
  'audit-list': auditList,
  'backup-done': backupDone,
  'backup-failed': backupFailed,
  closed,
  'comes-back': comesBack,
  compare,
  covered,
  decided,
  digest,
  error,
  'find-results': findResults,
  'handoff-offer': handoffOffer,
  'handoff-ready': handoffReady,
  'handoff-state': handoffState,
  hello,
  help,
  lapsed,
  'near-miss': nearMiss,
  notice,
  'plan-json': planJson,
  'point-picker': pointPicker,
  pointer,
  preview,
  requests,
  'restore-options': restoreOptions,
  result,
  running,
  'show-object': showObject,
  'show-once': showOnce,
  status,
  verify,
  waiting,
  'what-changed': whatChanged,
  'which-one': whichOne,
};

/** Pieces that templates take in by `{"$part": name}`, so that every card speaks one visual language. */
export const PARTS = {
  blocks: partBlocks,
  'button-list': partButtonList,
  buttons: partButtons,
  code: partCode,
  counts: partCounts,
  facts: partFacts,
  gives: partGives,
  header: partHeader,
  intro: partIntro,
  needs: partNeeds,
  notes: partNotes,
  pager: partPager,
  say: partSay,
  summary: partSummary,
} as const satisfies Readonly<Record<string, readonly object[]>>;
