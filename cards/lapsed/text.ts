import type { LapsedData } from './data.js';
import { blockLines, footLines, headLines, introLines, labelled, type TextOptions } from '../text-kit.js';

export const lapsedText = (data: LapsedData, options: TextOptions): string =>
  [
    ...headLines(data, options),
    ...introLines(data, options),
    ...data.blocks.slice(0, 1).flatMap((item) => blockLines(item, options)),
    ...labelled('gives', data.gives, options),
    ...data.blocks.slice(1).flatMap((item) => blockLines(item, options)),
    ...labelled('needs', data.needs, options),
    ...footLines(data, options),
  ].join('\n');
