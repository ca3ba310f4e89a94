import type { ApprovalData } from './data.js';
import { blockLines, footLines, headLines, introLines, labelled, type TextOptions } from '../text-kit.js';

export const approvalText = (data: ApprovalData, options: TextOptions): string =>
  [
    ...headLines(data, options),
    ...labelled('why', data.why, options),
    ...labelled('gives', data.gives, options),
    ...labelled('does', data.summary, options),
    ...introLines(data, options),
    ...data.blocks.flatMap((item) => blockLines(item, options)),
    ...(data.number.show ? labelled('number', `? ${data.number.label}`, options) : []),
    ...footLines(data, options),
  ].join('\n');
