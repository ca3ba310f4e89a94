import type { RequestState, RestoreRequest, RestoreResult } from '../services/model/restore.js';
import type { Badge, BadgeStyle, ViewContext } from './frame.js';
import { dots } from './frame.js';
import { formatClock, formatPoint, formatShort, plural } from './format.js';
import { CREDENTIAL_TITLES } from './credential-words.js';
import { subjectsTitle } from './plan-lines.js';

const STYLES: Readonly<Record<RequestState, BadgeStyle>> = {
  asks: 'accent',
  waiting: 'warning',
  running: 'accent',
  done: 'good',
  incomplete: 'warning',
  failed: 'attention',
  lapsed: 'emphasis',
  expired: 'emphasis',
  withdrawn: 'emphasis',
  denied: 'emphasis',
  cancelled: 'emphasis',
};

export const stateWord = (state: RequestState): string =>
  state === 'waiting' ? 'waiting for approval' : state;

export const stateBadge = (state: RequestState, text = stateWord(state)): Badge => ({
  text,
  style: STYLES[state],
});

/** What stands before the title where a request is shown: a credential, or a way back. */
export const requestGlyph = (request: Pick<RestoreRequest, 'kind'> | null): string =>
  request?.kind === 'credential' ? '◆' : '↩';

/** Whether the one who looks has asked for it; a card that is drawn for nobody in particular is the requester's. */
export const isOwn = ({ requester }: RestoreRequest, { viewer }: ViewContext): boolean =>
  viewer === undefined || viewer.objectId === requester.objectId;

/** "Restore Alice Moreau", "Undo of request 31", "Reset password · Alice Moreau" */
export function requestTitle(request: RestoreRequest, undoesNumber?: number): string {
  const who = subjectsTitle(request.subjects);
  if (request.kind === 'undo') {
    return undoesNumber === undefined ? `Undo · ${who}` : `Undo of request ${undoesNumber} · ${who}`;
  }
  if (request.kind === 'credential')
    return `${CREDENTIAL_TITLES[request.credential ?? 'resetPassword']} · ${who}`;
  return request.follows === undefined ? `Restore · ${who}` : `Removals after the restore · ${who}`;
}

/** What an approver is asked, as a verb phrase: "to restore Alice Moreau". */
export function requestVerb(request: RestoreRequest): string {
  const who = subjectsTitle(request.subjects);
  if (request.kind === 'undo') return `to undo a restore of ${who}`;
  if (request.kind === 'credential') {
    if (request.credential === 'pass') return `to give ${who} a one-time pass`;
    if (request.credential === 'revokeSessions') return `to end all sessions of ${who}`;
    return `to reset the password of ${who}`;
  }
  return request.follows === undefined
    ? `to restore ${who}`
    : `to take away what came back with ${who} and is not to stay`;
}

/** "request 31 · Contoso · Fri 20 Nov 2026, 02:00 (Europe/Berlin), snapshot 14" */
export const requestContext = (request: RestoreRequest, tenantName: string, ctx: ViewContext): string =>
  dots(`request ${request.number}`, tenantName, request.point && formatPoint(request.point, ctx.timeZone));

/** "approved by Arun Patel 09:57 · asked by Hanna Berg" */
export function whoDecided(request: RestoreRequest, ctx: ViewContext): string {
  const decisions = request.approval?.decisions ?? [];
  return dots(
    ...decisions.map(
      ({ by, verdict, at }) => `${verdict} by ${by.name} ${formatClock(at, ctx.timeZone, ctx.now)}`,
    ),
    `asked by ${request.requester.name}`,
  );
}

/** "20 Nov 02:00" for titles; '' for an undo. */
export const pointShort = (request: RestoreRequest, ctx: ViewContext): string =>
  request.point === null ? '' : formatShort(request.point.takenAt, ctx.timeZone, ctx.now);

/** A pass or password that was approved comes into being when its recipient is named: the run has written nothing to check. */
export const isUnmade = ({ kind, credential, result }: RestoreRequest): boolean =>
  kind === 'credential' && credential !== 'revokeSessions' && result?.differences.length === 0;

/** "7 of 7 lines hold", as read back from the directory. */
export const linesText = ({ linesHeld, linesTotal }: RestoreResult): string =>
  `${linesHeld} of ${plural(linesTotal, 'line')} ${linesTotal === 1 ? 'holds' : 'hold'}`;
