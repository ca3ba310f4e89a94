import type { AuditEntry } from '../../services/model/audit.js';
import type { JsonValue } from '../../services/model/json.js';
import { block, filled, row } from '../blocks.js';
import { button, dots, frame, type Frame, type ViewContext } from '../frame.js';
import { NEWEST_FIRST, pageText, pager, pagesOf } from '../pages.js';
import { clip, formatClock, formatSeconds, plural, spellOut } from '../format.js';

export type AuditListData = Frame;

export interface AuditListInput {
  readonly tenantName: string;
  /** Newest first. */
  readonly entries: readonly AuditEntry[];
  readonly request?: { readonly id: string; readonly number: number };
  /** The chain was recomputed: number of the first broken entry, null = it holds. Missing = not checked now. */
  readonly firstBroken?: number | null;
  /** What a line of a plan is in words, by its key; without them a write says no more than its call. */
  readonly lines?: ReadonlyMap<string, string>;
  readonly page?: number;
  readonly say: string;
}

export const AUDIT_PER_PAGE = 12;

/** SPEC N3: who asked, who decided, what was written; in order, numbered, chained. */
export function auditListView(
  input: AuditListInput,
  ctx: ViewContext,
): { card: 'audit-list'; data: AuditListData } {
  const { entries, request } = input;
  const page = input.page ?? 1;
  const pages = pagesOf([entries.length], AUDIT_PER_PAGE);
  const turn = (title: string, to: number) =>
    request === undefined
      ? button('audit.page', title, { page: to })
      : button('request.audit', title, { id: request.id, page: to });
  const broken = input.firstBroken;
  return {
    card: 'audit-list',
    data: frame('☰', request === undefined ? 'Audit' : `Audit · request ${request.number}`, {
      badge:
        broken === undefined
          ? { text: plural(entries.length, 'entry', 'entries'), style: 'emphasis' }
          : broken === null
            ? { text: 'chain holds', style: 'good' }
            : { text: `broken at ${broken}`, style: 'attention' },
      context: dots(input.tenantName, pageText(page, pages)),
      intro: entries.length === 0 ? ['Nothing is recorded.'] : [],
      blocks: filled([
        block(
          'Newest first',
          '',
          entries.map((entry) =>
            row(
              '·',
              `${entry.number}  ${wordsOf(entry.kind)}`,
              dots(
                timeOf(entry.at, ctx),
                entry.actor === 'service' ? 'the service' : entry.actor.name,
                detailsOf(entry.details, input.lines),
              ),
            ),
          ),
          page,
          AUDIT_PER_PAGE,
        ),
      ]),
      buttons: pager(page, pages, turn, NEWEST_FIRST),
      say: input.say,
    }),
  };
}

/** Seconds for what happened today, the date for the rest. */
function timeOf(at: string, ctx: ViewContext): string {
  const clock = formatClock(at, ctx.timeZone, ctx.now);
  return clock.length === 5 ? formatSeconds(at, ctx.timeZone) : clock;
}

/** 'approval.approved' → "approval approved" */
const wordsOf = (kind: string): string =>
  kind
    .split('.')
    .map((part) => spellOut(part).toLowerCase())
    .join(' ');

/** Ids and hashes say nothing to a reader (design §1); names do, and the entry itself holds them all. */
const isBareId = (value: JsonValue): boolean =>
  typeof value === 'string' && /^(?:[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{32,}|op\d+)$/i.test(value);

function detailsOf(
  { line, ...others }: Readonly<Record<string, JsonValue>>,
  lines: AuditListInput['lines'],
): string {
  const told = Object.entries(others)
    .filter(([, value]) => value !== null && typeof value !== 'object' && !isBareId(value))
    .map(([key, value]) => `${spellOut(key).toLowerCase()} ${String(value)}`);
  return clip([lines?.get(String(line)) ?? '', ...told].filter(Boolean).join(', '), 140);
}
