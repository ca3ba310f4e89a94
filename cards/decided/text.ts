import type { DecidedData } from './data.js';
import { frameText, labelled, type TextOptions } from '../text-kit.js';

export const decidedText = (data: DecidedData, options: TextOptions): string =>
  frameText(data, options, [
    ...labelled('gives', data.gives, options),
    ...labelled('does', data.summary, options),
  ]);
