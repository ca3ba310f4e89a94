import { block, filled, row } from '../blocks.js';
import { dots, frame, type Frame, type ViewContext } from '../frame.js';
import { clip, formatTook, plural } from '../format.js';

export interface VerifyData extends Frame {
  readonly facts: readonly { readonly label: string; readonly text: string }[];
}

export interface VerifyInput {
  readonly tenantName: string;
  readonly snapshots: number;
  /** Stored versions and links that were rehashed. */
  readonly versions: number;
  readonly links: number;
  readonly auditEntries: number;
  readonly tookMs: number;
  /** What does not hold, first one first; empty = all holds. */
  readonly broken: readonly string[];
}

/** SPEC B14: every hash and count recomputed; the first broken link is named. */
export function verifyView(input: VerifyInput, _ctx: ViewContext): { card: 'verify'; data: VerifyData } {
  const holds = input.broken.length === 0;
  return {
    card: 'verify',
    data: {
      ...frame('✓', 'Verify', {
        badge: holds ? { text: 'all holds', style: 'good' } : { text: 'broken', style: 'attention' },
        context: dots(input.tenantName, `in ${formatTook(input.tookMs)}`),
        intro: holds
          ? ['Every stored version, count and digest was recomputed and is what it was when it was written.']
          : ['Something does not hold. Restores do not use what is broken; ask your administrator.'],
        blocks: filled([
          block(
            'Does not hold',
            plural(input.broken.length, 'finding'),
            input.broken.map((text) => row('!', clip(text, 200))),
          ),
        ]),
        say: 'verify',
      }),
      facts: [
        { label: 'Snapshots', text: plural(input.snapshots, 'header') },
        { label: 'Versions', text: plural(input.versions, 'hash', 'hashes') },
        { label: 'Links', text: plural(input.links, 'link') },
        { label: 'Audit', text: plural(input.auditEntries, 'entry', 'entries') },
      ],
    },
  };
}
