import { block, filled, row } from '../blocks.js';
import { frame, runButton, type Frame, type ViewContext } from '../frame.js';
import { listing, plural } from '../format.js';

export type CoveredData = Frame;

/** One catalogue type; the shape of services/catalog `whatIsCovered`. */
export interface CoveredTypeInput {
  readonly name: string;
  readonly plural: string;
  readonly recycleBin: boolean;
  readonly restored: readonly string[];
  readonly restoredAtCreate: readonly { readonly label: string; readonly because?: string }[];
  readonly shownOnly: readonly { readonly label: string; readonly because: string }[];
  readonly keptOnly: readonly string[];
  readonly relationships: readonly {
    readonly aspect: string;
    readonly label: string;
    readonly comesBackWithUndelete: boolean;
  }[];
  readonly neverRestored: readonly string[];
}

export interface CoveredInput {
  readonly tenantName: string;
  readonly types: readonly CoveredTypeInput[];
  /** Kinds of data that are not in the catalogue yet. */
  readonly notYet: readonly string[];
}

/** SPEC B9: what is backed up, what can be restored, what cannot and why. */
export function coveredView(
  { tenantName, types, notYet }: CoveredInput,
  ctx: ViewContext,
): { card: 'covered'; data: CoveredData } {
  const most = ctx.place === 'terminal' ? 100 : 10;
  const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
  return {
    card: 'covered',
    data: frame('☰', 'What is covered', {
      context: tenantName,
      blocks: filled([
        ...types.map((type) => ({
          ...block(
            capital(type.plural),
            `${plural(type.restored.length, 'property', 'properties')} restored${type.recycleBin ? ' · from the recycle bin with the same ID' : ''}`,
            [
              row('+', 'Restored', listing(type.restored, most)),
              ...(type.relationships.length === 0
                ? []
                : [
                    row(
                      '+',
                      'Relationships',
                      type.relationships
                        .map(({ label, comesBackWithUndelete }) =>
                          comesBackWithUndelete ? `${label} (come back with an undelete)` : label,
                        )
                        .join(', '),
                    ),
                  ]),
              ...(type.restoredAtCreate.length === 0
                ? []
                : [
                    row(
                      '~',
                      'Only when recreated',
                      listing(
                        type.restoredAtCreate.map(({ label }) => label),
                        most,
                      ),
                    ),
                  ]),
              ...(type.shownOnly.length === 0
                ? []
                : [
                    row(
                      '·',
                      'Shown, not restored',
                      listing(
                        type.shownOnly.map(({ label }) => label),
                        most,
                      ),
                    ),
                  ]),
              ...(type.keptOnly.length === 0
                ? []
                : [row('·', 'Kept as evidence', listing(type.keptOnly, most))]),
              ...type.neverRestored.map((sentence) => row('!', sentence)),
            ],
            1,
            20,
          ),
        })),
        block(
          'Not covered yet',
          '',
          notYet.map((text) => row('·', text)),
          1,
          20,
        ),
      ]),
      buttons: [runButton('Status', 'status')],
      say: 'what is covered',
    }),
  };
}
