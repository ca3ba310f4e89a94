import { dots, frame, runButton, type Frame, type ViewContext } from '../frame.js';
import { clip, formatInstant, plural } from '../format.js';

export type BackupFailedData = Frame;

export interface BackupFailedInput {
  readonly tenantName: string;
  readonly code: string;
  readonly text: string;
  readonly hint: string;
  /** Start of the last complete snapshot, which stays readable. */
  readonly lastCompleteAt?: string;
  readonly lastSeq?: number;
  /** The same failure so often in a row, told by one card; `firstAt` ISO UTC. */
  readonly times?: number;
  readonly firstAt?: string;
}

/** A backup that left no snapshot: what happened, what still stands, what to do. */
export function backupFailedView(
  input: BackupFailedInput,
  ctx: ViewContext,
): { card: 'backup-failed'; data: BackupFailedData } {
  const { lastCompleteAt, lastSeq } = input;
  return {
    card: 'backup-failed',
    data: frame('◉', 'Backup', {
      badge: { text: 'failed', style: 'attention' },
      context: input.tenantName,
      intro: [
        clip(input.text, 300),
        lastCompleteAt === undefined
          ? 'There is no complete snapshot yet.'
          : `The last complete snapshot stands: ${formatInstant(lastCompleteAt, ctx.timeZone)}${lastSeq === undefined ? '' : `, snapshot ${lastSeq}`}.`,
        clip(input.hint, 300),
      ].filter(Boolean),
      notes: [
        dots(
          input.code,
          input.times !== undefined &&
            input.firstAt !== undefined &&
            `${plural(input.times, 'run')} in a row, the first ${formatInstant(input.firstAt, ctx.timeZone)}`,
        ),
      ],
      buttons: [runButton('Try again', 'backup now'), runButton('Status', 'status')],
      say: 'backup now',
    }),
  };
}
