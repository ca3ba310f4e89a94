import type { SnapshotHeader } from '../../services/model/history.js';
import { block, filled, row } from '../blocks.js';
import { dots, frame, runButton, type Frame, type ViewContext } from '../frame.js';
import { clip, formatDuration, formatInstant, formatRelative, plural } from '../format.js';
import { countsText } from '../header-words.js';

export interface StatusData extends Frame {
  /** "Last snapshot", "Next run", …: label and value. */
  readonly facts: readonly { readonly label: string; readonly text: string }[];
}

export interface StatusInput {
  readonly tenantName: string;
  readonly newest: SnapshotHeader | null;
  readonly snapshots: number;
  /** ISO UTC; null = nothing planned. */
  readonly nextRunAt: string | null;
  /** A backup runs now. */
  readonly running: boolean;
  /** Whether whoever looks may take one. */
  readonly mayBackUp: boolean;
  readonly openRequests: number;
  readonly missingPermissions: readonly { readonly permission: string; readonly disables: string }[];
  /** More facts, e.g. the Secure Score. */
  readonly facts?: readonly { readonly label: string; readonly text: string }[];
  /** Problems in words that wait for a person. */
  readonly problems?: readonly string[];
}

/** Story §4: green only when nothing waits for a person. */
export function statusView(input: StatusInput, ctx: ViewContext): { card: 'status'; data: StatusData } {
  const { newest } = input;
  const waits =
    newest === null ||
    newest.status === 'partial' ||
    input.openRequests > 0 ||
    input.missingPermissions.length > 0 ||
    (input.problems ?? []).length > 0;
  return {
    card: 'status',
    data: {
      ...frame('◉', 'Status', {
        badge: waits ? { text: 'something waits', style: 'warning' } : { text: 'all well', style: 'good' },
        context: input.tenantName,
        blocks: filled([
          block('Waits for a person', '', [
            ...(newest === null ? [row('!', 'no snapshot yet: say “backup now”')] : []),
            ...(newest?.partialReasons ?? []).map((reason) => row('!', clip(reason, 200))),
            ...(input.problems ?? []).map((problem) => row('!', clip(problem, 200))),
            ...(input.openRequests > 0
              ? [row('!', `${plural(input.openRequests, 'request')} open`, 'say “requests”')]
              : []),
          ]),
          block(
            'Missing permissions',
            input.missingPermissions.length === 0 ? '' : String(input.missingPermissions.length),
            input.missingPermissions.map(({ permission, disables }) => row('·', permission, disables)),
          ),
        ]),
        buttons: [
          runButton('What changed', 'what changed since yesterday'),
          ...(input.openRequests > 0 ? [runButton('Requests', 'requests')] : []),
          ...(input.running || !input.mayBackUp ? [] : [runButton('Backup now', 'backup now')]),
        ],
        say: 'status',
      }),
      facts: [
        ...(newest === null
          ? []
          : [
              {
                label: 'Last snapshot',
                text: dots(
                  `${newest.seq}, ${newest.status}`,
                  formatInstant(newest.startedAt, ctx.timeZone),
                  `${formatDuration(ctx.now.getTime() - Date.parse(newest.startedAt))} ago`,
                ),
              },
              { label: 'Holds', text: countsText(newest.counts) },
              { label: 'Kept', text: plural(input.snapshots, 'snapshot') },
            ]),
        {
          label: 'Next run',
          text: input.running
            ? 'a backup runs now'
            : input.nextRunAt === null
              ? 'none planned'
              : formatRelative(input.nextRunAt, ctx.timeZone, ctx.now),
        },
        { label: 'Open requests', text: String(input.openRequests) },
        ...(input.facts ?? []),
      ],
    },
  };
}
