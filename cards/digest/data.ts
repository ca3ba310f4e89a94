import type { SnapshotHeader } from '../../services/model/history.js';
import { dots, frame, runButton, type Frame, type ViewContext } from '../frame.js';
import { digestText } from '../header-words.js';

export type DigestData = Frame;

export interface DigestInput {
  readonly header: SnapshotHeader;
  readonly tenantName: string;
}

/** Channel digest, once a day (story §4): one line, one button. */
export function digestView(
  { header, tenantName }: DigestInput,
  _ctx: ViewContext,
): { card: 'digest'; data: DigestData } {
  return {
    card: 'digest',
    data: frame('◉', dots(tenantName, `snapshot ${digestText(header)}`), {
      badge:
        header.status === 'partial'
          ? { text: 'partial', style: 'warning' }
          : { text: 'complete', style: 'good' },
      buttons: [runButton('What changed', 'what changed')],
    }),
  };
}
