import type { ResultData } from './data.js';
import { blockLines, footLines, headLines, introLines, wrap, type TextOptions } from '../text-kit.js';

export const resultText = (data: ResultData, options: TextOptions): string =>
  [
    ...headLines(data, options),
    ...(data.checked === '' ? [] : wrap(`  ${data.checked}`, options.width, 2)),
    ...introLines(data, options),
    ...data.blocks.flatMap((item) => blockLines(item, options)),
    ...footLines(data, options),
  ].join('\n');
