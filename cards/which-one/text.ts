import type { WhichOneData } from './data.js';
import { frameText, wrap, type TextOptions } from '../text-kit.js';

/** Numbered, so that a prompt can ask for one (story §5). */
export const whichOneText = (data: WhichOneData, options: TextOptions): string =>
  frameText(
    data,
    options,
    data.choices.flatMap(({ title }, index) => wrap(`  ${index + 1}  ${title}`, options.width, 5)),
  );
