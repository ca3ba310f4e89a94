import type { WaitingData } from './data.js';
import { footLines, headLines, introLines, labelled, type TextOptions } from '../text-kit.js';

export const waitingText = (data: WaitingData, options: TextOptions): string =>
  [
    ...headLines(data, options),
    ...labelled('gives', data.gives, options),
    ...labelled('does', data.summary, options),
    ...labelled('number', data.number === '' ? '' : `${data.number} (tell it to whoever decides)`, options),
    ...introLines(data, options),
    ...footLines(data, options),
  ].join('\n');
