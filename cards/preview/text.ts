import type { PreviewData } from './data.js';
import { blockLines, footLines, headLines, introLines, labelled, type TextOptions } from '../text-kit.js';

/** Gives first, then the diff, then who has to agree (story §5). */
export const previewText = (data: PreviewData, options: TextOptions): string =>
  [
    ...headLines(data, options),
    ...introLines(data, options),
    ...labelled('gives', data.gives, options),
    ...data.blocks.flatMap((item) => blockLines(item, options)),
    ...labelled('needs', data.needs, options),
    ...(data.newUpn.show ? labelled('asks', `${data.newUpn.label}: say it with "as NEW-NAME"`, options) : []),
    ...footLines(data, options),
  ].join('\n');
