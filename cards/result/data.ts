import type { Plan } from '../../services/model/plan.js';
import type { RestoreRequest, RestoreResult } from '../../services/model/restore.js';
import { block, filled, row } from '../blocks.js';
import { button, dots, frame, type Block, type Button, type Frame, type ViewContext } from '../frame.js';
import { pager, pagesOf, perPageIn } from '../pages.js';
import { clip, formatSeconds, listing, plural } from '../format.js';
import { subjectsTitle } from '../plan-lines.js';
import {
  isOwn,
  isUnmade,
  linesText,
  pointShort,
  requestContext,
  requestGlyph,
  stateBadge,
  stateWord,
  whoDecided,
} from '../request-words.js';

export interface ResultData extends Frame {
  readonly checked: string;
  readonly pager: readonly Button[];
}

export interface ResultInput {
  readonly request: RestoreRequest;
  /** The plan that ran, for the names behind a failed step. */
  readonly plan: Plan | null;
  readonly tenantName: string;
  readonly say: string;
  /** A hand-off that still waits for its recipient. */
  readonly handoffId?: string;
  readonly handoffKind?: 'pass' | 'password';
  readonly undoesNumber?: number;
  readonly undoneByNumber?: number;
  /** For the removals after an undelete: number of the request that brought it back. */
  readonly followsNumber?: number;
  /** From 1; every block pages together. */
  readonly page?: number;
  /** The other way round: the request that takes away what is not to stay (SPEC R8). */
  readonly followUp?: Pick<RestoreRequest, 'id' | 'number' | 'state'>;
}

/** Story §3.7: what holds now by reading back, what is left for a person, and the way back. */
export function resultView(input: ResultInput, ctx: ViewContext): { card: 'result'; data: ResultData } {
  const { request } = input;
  const result = request.result;
  const page = input.page ?? 1;
  const lists = result === undefined ? [] : listsOf(result, input.plan);
  const own = isOwn(request, ctx);
  return {
    card: 'result',
    data: {
      ...frame(requestGlyph(request), titleOf(input, ctx), {
        badge: stateBadge(request.state),
        context: requestContext(request, input.tenantName, ctx),
        intro: [
          ...(result?.recreated.map(
            ({ object }) => `${object.name} has a new ID; the old one cannot come back.`,
          ) ?? []),
          ...(result?.tell ?? []),
          ...stillToMake(input, own),
          ...followUpText(input),
        ].map((text) => clip(text, 300)),
        blocks: lists.map(({ title, count, rows }) => block(title, count, rows, page, perPageIn(ctx))),
        notes: [
          dots(whoDecided(request, ctx), result && auditText(result)),
          ...(input.followsNumber === undefined ? [] : [`follows request ${input.followsNumber}`]),
          ...(input.undoneByNumber === undefined ? [] : [`undone by request ${input.undoneByNumber}`]),
        ],
        buttons: buttonsOf(input, own),
        say: input.say,
      }),
      checked: result === undefined || isUnmade(request) ? '' : checkedText(result, ctx),
      pager: pagerOf(request, pagesOf(lists.map(({ rows }) => rows.length)), page),
    },
  };
}

/** A page is no change, so whoever sees the card may turn it. */
const pagerOf = ({ id, rev }: RestoreRequest, pages: number, page: number): readonly Button[] =>
  pager(page, pages, (title, to) => button('request.refresh', title, { id, rev, page: to }));

function titleOf({ request, undoesNumber, handoffId }: ResultInput, ctx: ViewContext): string {
  const who = subjectsTitle(request.subjects);
  const done = request.state === 'done' || request.state === 'incomplete';
  if (request.kind === 'credential') {
    const words = {
      resetPassword: 'Password reset',
      pass: 'One-time pass',
      revokeSessions: 'Sessions revoked',
    };
    const open = handoffId !== undefined && done;
    return `${words[request.credential ?? 'resetPassword']}${open ? ' approved' : ''} · ${who}${done ? '' : ': not done'}`;
  }
  if (request.kind === 'undo') {
    return done
      ? `Request ${undoesNumber ?? ''} is undone · ${who}`.replace('  ', ' ')
      : `Undo · ${who} did not finish`;
  }
  if (request.follows !== undefined && done) return `What was not to stay with ${who} is taken away`;
  if (request.state === 'cancelled') return `Stopped · ${who}`;
  if (!done) return `${who} could not be restored whole`;
  const verb = request.subjects.length === 1 ? 'is' : 'are';
  return `${who} ${verb} back as of ${pointShort(request, ctx)}`;
}

/** True before and after the hand-over, since the approver's card stays as it is. */
function stillToMake({ request, handoffId, handoffKind }: ResultInput, own: boolean): readonly string[] {
  if (handoffId === undefined || !isUnmade(request)) return [];
  const what = handoffKind === 'password' ? 'one-time password' : 'one-time pass';
  const names = own ? 'you name' : `${request.requester.name} names`;
  return [`The ${what} is made when ${names} who receives it. Until then the account stays as it is.`];
}

/** "Project X came back and is not to stay: request 32 takes it away, with a preview and an approval of its own." */
function followUpText({ plan, followUp }: ResultInput): readonly string[] {
  if (followUp === undefined) return [];
  const names = (plan?.expected ?? []).filter(({ removal }) => removal).map(({ object }) => object.name);
  const one = names.length === 1;
  const what =
    names.length === 0
      ? 'More came back than is to stay'
      : `${listing(names)} came back and ${one ? 'is' : 'are'} not to stay`;
  return followUp.state === 'asks'
    ? [
        `${what}: request ${followUp.number} takes ${one ? 'it' : 'them'} away, with a preview and an approval of its own.`,
      ]
    : [`${what}: request ${followUp.number}, ${stateWord(followUp.state)}.`];
}

const checkedText = (result: RestoreResult, ctx: ViewContext): string =>
  `checked ${formatSeconds(result.checkedAt, ctx.timeZone)} against the directory: ${linesText(result)}`;

const auditText = ({ auditFrom, auditTo }: RestoreResult): string =>
  auditFrom === 0 ? '' : auditFrom === auditTo ? `audit ${auditFrom}` : `audit ${auditFrom}–${auditTo}`;

type List = Pick<Block, 'title' | 'count' | 'rows'>;

function listsOf(result: RestoreResult, plan: Plan | null): readonly List[] {
  const told = new Set(result.differences.map(({ operationId }) => operationId));
  // A failed step shows as what does not hold because of it, with its reason; alone only where the line holds all the same.
  const failed = result.outcomes.filter(
    ({ operationId, outcome }) => outcome.outcome === 'failed' && !told.has(operationId),
  );
  const nameOf = (operationId: string): string => {
    const operation = plan?.operations.find(({ id }) => id === operationId);
    if (operation === undefined) return operationId;
    return 'object' in operation
      ? operation.object.name
      : `${operation.targetName.name} in ${operation.sourceName.name}`;
  };
  const notHeld = [
    ...result.differences.map(({ object, text }) => row('!', `${object.name}: ${clip(text, 200)}`)),
    ...failed.map(({ operationId, outcome }) =>
      row('!', `${nameOf(operationId)}: ${outcome.outcome === 'failed' ? clip(outcome.reason, 200) : ''}`),
    ),
  ];
  const todo = result.skips.filter(({ leavesWork }) => leavesWork);
  const byItself = result.skips.filter(({ leavesWork }) => !leavesWork);
  return filled([
    { title: 'Does not hold', count: plural(notHeld.length, 'line'), rows: notHeld },
    {
      title: 'Skipped',
      count: dots(
        todo.length > 0 && `${todo.length} left for a person`,
        byItself.length > 0 && `${byItself.length} by itself`,
      ),
      rows: [
        ...todo.map(({ object, reason, where }) =>
          row('·', `${object.name}: ${reason}`, where === undefined ? '' : `do it in the ${where}`),
        ),
        ...byItself.map(({ object, reason }) => row('·', `${object.name}: ${reason}`)),
      ],
    },
    {
      title: 'Points at the new ID now',
      count: '',
      rows: result.recreated.flatMap(({ object, formerId, newId, repointed }) => [
        ...(repointed.length === 0 ? [] : [row('~', `${object.name}: ${listing(repointed, 6)}`)]),
        row('·', `old ID ${formerId}`, `new ID ${newId}`),
      ]),
    },
  ]);
}

function buttonsOf(
  { request, handoffId, handoffKind, followUp, undoneByNumber }: ResultInput,
  own: boolean,
): readonly Button[] {
  const [only] = request.subjects;
  const user = request.subjects.length === 1 && only?.type === 'user' ? only : null;
  const recreated = request.result?.recreated.find(({ formerId }) => formerId === user?.id);
  const settled =
    (request.state === 'done' || request.state === 'incomplete') && undoneByNumber === undefined;
  return [
    ...(handoffId !== undefined && own
      ? [
          button(
            'handoff.offer',
            handoffKind === 'password' ? 'Hand over the password' : 'Hand over a pass',
            { id: handoffId },
            { style: 'positive' } as const,
          ),
        ]
      : []),
    ...(followUp?.state === 'asks' && own
      ? [
          button('request.open', 'Preview the removals', { id: followUp.id }, {
            style: 'positive',
            tooltip: 'What came back and is not to stay; nothing is written yet',
          } as const),
        ]
      : []),
    ...(user !== null && handoffId === undefined && settled && request.kind === 'restore' && own
      ? [
          button('credential.start', 'Reset password', {
            user: recreated?.newId ?? user.id,
            what: 'resetPassword' as const,
          }),
        ]
      : []),
    button('request.audit', 'Audit', { id: request.id }),
    ...(request.result?.canUndo === true && request.undoneBy === undefined && own
      ? [
          button('request.undo', 'Undo', { id: request.id }, {
            style: 'destructive',
            tooltip: 'Plans the way back; nothing is written yet',
          } as const),
        ]
      : []),
  ];
}
