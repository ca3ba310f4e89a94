import type { ShowOnceData } from './data.js';
import { footLines, headLines, introLines, painter, type TextOptions } from '../text-kit.js';

/** For the recipient's own terminal only (SPEC P3); the host writes it to the screen and nowhere else. */
export const showOnceText = (data: ShowOnceData, options: TextOptions): string =>
  [
    ...headLines(data, options),
    '',
    `    ${painter(options.colour)('bold', data.code)}`,
    '',
    ...introLines(data, options),
    ...footLines(data, options),
  ].join('\n');
