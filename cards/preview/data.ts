import type { Plan } from '../../services/model/plan.js';
import type { RestoreRequest } from '../../services/model/restore.js';
import { block, filled, readOnly } from '../blocks.js';
import { requestGlyph } from '../request-words.js';
import {
  button,
  dots,
  frame,
  type Block,
  type Button,
  type Frame,
  type Row,
  type ViewContext,
} from '../frame.js';
import { ROWS_PER_BLOCK, pager, pagesOf, perPageIn } from '../pages.js';
import { formatPoint, formatShort, plural } from '../format.js';
import { CREDENTIAL_TITLES } from '../credential-words.js';
import {
  givesText,
  needsText,
  planLines,
  subjectsText,
  subjectsTitle,
  type PlanLines,
} from '../plan-lines.js';

export interface PreviewData extends Frame {
  /** Text after "This gives:"; '' = nothing. */
  readonly gives: string;
  /** Text after "Needs:"; '' when nothing can be asked for. */
  readonly needs: string;
  /** Ask for the reason here when the options card did not get one. */
  readonly reason: { readonly show: boolean };
  readonly newUpn: { readonly show: boolean; readonly label: string };
  readonly pager: readonly Button[];
}

export interface PreviewInput {
  /** null = dry run: nothing is stored, nothing can be asked for (SPEC R17). */
  readonly request: RestoreRequest | null;
  readonly plan: Plan;
  readonly tenantName: string;
  /** Display name of the approvers' group: "Identity approvers". */
  readonly approverGroup: string;
  /** From 1; every block pages together. */
  readonly page?: number;
  readonly say: string;
  /** For an undo: number of the request that is undone. */
  readonly undoesNumber?: number;
  /** For the removals after an undelete: number of the request that brought it back (SPEC R8). */
  readonly followsNumber?: number;
}

/** Rows of each block of a dry run: as many as every card can carry. */
const DRY_RUN_ROWS = 24;

/** Story §3.3 and §3.8: the diff of now against then; what somebody gets, or loses, stands first. */
export function previewView(input: PreviewInput, ctx: ViewContext): { card: 'preview'; data: PreviewData } {
  const { request, plan } = input;
  const lines = planLines(plan);
  const page = input.page ?? 1;
  const nothing = plan.operations.length === 0;
  const only = plan.subjects.length === 1 ? plan.subjects[0] : undefined;
  const upn = plan.findings.find(({ code }) => /UPN|PRINCIPAL_NAME/.test(code) && plan.applyable === false);
  return {
    card: 'preview',
    data: {
      ...frame(requestGlyph(request), titleOf(input, ctx), {
        badge: request === null ? { text: 'dry run', style: 'emphasis' } : { text: 'asks', style: 'accent' },
        context: dots(
          input.tenantName,
          only === undefined ? subjectsText(plan.subjects.map(({ object }) => object)) : only.object.key,
          plan.point && formatPoint(plan.point, ctx.timeZone),
        ),
        intro: introOf(input, ctx),
        // Nothing is kept of a dry run, so nothing can be ticked or turned.
        blocks:
          request === null
            ? readOnly(blocksOf(plan, lines, 1, perPageIn(ctx, DRY_RUN_ROWS)))
            : blocksOf(plan, lines, page, perPageIn(ctx)),
        buttons: buttonsOf(input, nothing),
        say: input.say,
      }),
      gives: givesText(lines.gives),
      needs: nothing || !plan.applyable ? '' : needsText(plan.needs, input.approverGroup),
      reason: {
        show: request !== null && !nothing && plan.applyable && asksWhy(request, input.undoesNumber),
      },
      newUpn: { show: upn !== undefined && request !== null, label: 'Sign-in name to use instead' },
      pager: request === null ? [] : pagerOf(request, plan, lines, page),
    },
  };
}

/** An undo has a reason from the start, which says no more than its title: a better one is asked for (SPEC R19). */
const asksWhy = ({ reason = '' }: RestoreRequest, undoesNumber: number | undefined): boolean =>
  reason === '' || (undoesNumber !== undefined && reason === `Undo of request ${undoesNumber}`);

function titleOf({ request, plan, undoesNumber }: PreviewInput, ctx: ViewContext): string {
  const who = subjectsTitle(plan.subjects.map(({ object }) => object));
  if (request?.kind === 'undo') return `Preview · undo of request ${undoesNumber ?? request.number}`;
  if (request?.kind === 'credential')
    return `${CREDENTIAL_TITLES[request.credential ?? 'resetPassword']} · ${who}`;
  if (request?.follows !== undefined) return `Preview · removals after the restore of ${who}`;
  const point = plan.point === null ? '' : ` → ${formatShort(plan.point.takenAt, ctx.timeZone, ctx.now)}`;
  return `Preview · ${who}${point}`;
}

function introOf({ request, plan, followsNumber }: PreviewInput, ctx: ViewContext): readonly string[] {
  if (plan.operations.length > 0) {
    if (request?.kind === 'undo')
      return ['Goes back to the state before that request; what it takes away stands first.'];
    return request?.follows === undefined
      ? []
      : [
          `${followsNumber === undefined ? 'The restore' : `Request ${followsNumber}`} brought more back than is to stay; this takes it away.`,
        ];
  }
  const who = subjectsTitle(plan.subjects.map(({ object }) => object));
  const left = plan.skips.filter(({ leavesWork }) => leavesWork).length;
  if (plan.applyable && left > 0)
    return [
      `Nothing to restore here: ${plural(left, 'line is', 'lines are')} left for a person, each with its reason.`,
    ];
  const was = plan.point === null ? 'before' : `on ${formatShort(plan.point.takenAt, ctx.timeZone, ctx.now)}`;
  return plan.applyable
    ? [`${who} already is as ${was}. Nothing to restore.`]
    : ['Nothing can be restored as it stands.'];
}

type List = Pick<Block, 'title' | 'count' | 'rows'>;

/** Three blocks at most; findings and skips share the last one. An undo names first what it takes away (story §3.8). */
function listsOf(plan: Plan, lines: PlanLines): readonly List[] {
  const told = {
    title: lines.findings.length > 0 ? 'Please note' : 'Skipped',
    count:
      lines.skips.length === 0
        ? ''
        : lines.findings.length > 0
          ? `${lines.skips.length} skipped`
          : plural(lines.skips.length, 'line'),
    rows: [...lines.findings, ...lines.skips],
  };
  const taken = [...lines.account, ...lines.links].filter(({ sign }) => sign === '−');
  const lists =
    plan.point === null && taken.length > 0
      ? [
          { title: 'Takes away', count: plural(taken.length, 'line'), rows: taken },
          goesBack([...lines.account, ...lines.links].filter(({ sign }) => sign !== '−')),
          told,
        ]
      : [
          accountList(plan, lines),
          { title: lines.linksTitle, count: lines.linksCount, rows: lines.links },
          told,
        ];
  return filled(lists);
}

const goesBack = (rows: readonly Row[]): List => ({
  title: 'Goes back',
  count: plural(rows.length, 'line'),
  rows,
});

function accountList({ subjects }: Plan, { account }: PlanLines): List {
  const properties = account.filter(({ sign }) => sign === '~').length;
  const [only] = subjects;
  const one = only?.object.type === 'user' ? 'Account' : 'Object';
  return {
    title: subjects.length === 1 ? one : 'Objects',
    count: properties > 0 ? `${properties} changed` : '',
    rows: account,
  };
}

/** The lines of a plan as preview, approval and lapse show them; every block turns its pages together. */
export const blocksOf = (
  plan: Plan,
  lines: PlanLines,
  page: number,
  perPage = ROWS_PER_BLOCK,
): readonly Block[] =>
  listsOf(plan, lines).map(({ title, count, rows }) => block(title, count, rows, page, perPage));

/** @param blocks  how many of them the card has room for */
export const pagesOfPlan = (plan: Plan, lines: PlanLines, blocks = 3): number =>
  pagesOf(
    listsOf(plan, lines)
      .slice(0, blocks)
      .map(({ rows }) => rows.length),
  );

function buttonsOf({ request, plan }: PreviewInput, nothing: boolean): readonly Button[] {
  if (request === null) return [];
  const ref = { id: request.id, rev: request.rev };
  const ask =
    plan.needs.approvers === 0
      ? button(
          'restore.ask',
          'Restore now',
          { ...ref, hash: plan.hash },
          { inputs: 'auto', style: 'positive' },
        )
      : button(
          'restore.ask',
          'Ask for approval',
          { ...ref, hash: plan.hash },
          { inputs: 'auto', style: 'positive' },
        );
  const again = button('restore.preview', 'Preview again', ref, { inputs: 'auto', style: 'positive' });
  return [
    ...(nothing && plan.applyable ? [] : [plan.applyable ? ask : again]),
    ...(request.kind === 'restore' ? [button('restore.options', 'Change', ref)] : []),
    button('restore.json', 'JSON', ref, { tooltip: 'The plan as JSON, to copy' }),
    button('restore.cancel', 'Cancel', ref),
  ];
}

function pagerOf(request: RestoreRequest, plan: Plan, lines: PlanLines, page: number): readonly Button[] {
  const pages = pagesOfPlan(plan, lines);
  const ref = { id: request.id, rev: request.rev };
  return pager(page, pages, (title, to) =>
    button('restore.preview', title, { ...ref, page: to }, { inputs: 'auto' }),
  );
}
