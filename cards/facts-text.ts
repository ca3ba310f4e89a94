import type { Frame } from './frame.js';
import { frameText, pairLines, type TextOptions } from './text-kit.js';

type Pairs = readonly { readonly label: string; readonly text: string }[];

/** Cards that are mostly label and value: status, verify. */
export const factsText = (data: Frame & { readonly facts: Pairs }, options: TextOptions): string =>
  frameText(
    data,
    options,
    pairLines(
      data.facts.map(({ label, text }) => [label, text]),
      options,
    ),
  );

export const countsText = (data: Frame & { readonly counts: Pairs }, options: TextOptions): string =>
  frameText(
    data,
    options,
    pairLines(
      data.counts.map(({ label, text }) => [label, text]),
      options,
    ),
  );
