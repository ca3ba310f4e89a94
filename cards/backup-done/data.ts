import type { SnapshotHeader } from '../../services/model/history.js';
import { block, filled, row } from '../blocks.js';
import { dots, frame, runButton, type Frame, type ViewContext } from '../frame.js';
import { clip, formatDay, formatInstant, plural } from '../format.js';
import { changesOf, countsText, readText } from '../header-words.js';

export interface BackupDoneData extends Frame {
  readonly seq: number;
}

export interface BackupDoneInput {
  readonly header: SnapshotHeader;
  readonly tenantName: string;
  /** How many like it have come in a row on that day, itself among them: told by one card. */
  readonly alike?: number;
}

/** A finished backup run: counts only, so it may stand anywhere. A partial one says which part is missing. */
export function backupDoneView(
  { header, tenantName, alike = 1 }: BackupDoneInput,
  ctx: ViewContext,
): { card: 'backup-done'; data: BackupDoneData } {
  const partial = header.status === 'partial';
  const fullReads = Object.entries(header.parts).filter(([, part]) => part.reason !== undefined);
  return {
    card: 'backup-done',
    data: {
      ...frame('◉', `Snapshot ${header.seq}`, {
        badge: partial ? { text: 'partial', style: 'warning' } : { text: 'complete', style: 'good' },
        context: dots(tenantName, formatInstant(header.startedAt, ctx.timeZone)),
        intro: [
          `${countsText(header.counts)}.`,
          changesOf(header) === 0
            ? 'No change since the one before.'
            : `${plural(changesOf(header), 'change')} since the one before.`,
        ],
        blocks: filled([
          block(
            partial ? 'Missing' : '',
            '',
            header.partialReasons.map((reason) => row('!', clip(reason, 200))),
          ),
          block(
            'Read in full',
            '',
            fullReads.map(([name, { reason }]) => row('·', name, reason ?? '')),
          ),
        ]),
        notes: [
          readText(header),
          ...(alike > 1
            ? [
                `${plural(alike, 'snapshot')} like it in a row on ${formatDay(header.startedAt, ctx.timeZone)}`,
              ]
            : []),
        ],
        buttons: [runButton('What changed', 'what changed')],
        say: 'backup now',
      }),
      seq: header.seq,
    },
  };
}
