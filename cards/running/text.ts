import type { RunningData } from './data.js';
import { frameText, painter, type TextOptions } from '../text-kit.js';

export const runningText = (data: RunningData, options: TextOptions): string =>
  frameText(data, options, [
    `  ${painter(options.colour)('cyan', data.progress.bar)}  ${data.progress.text}`,
  ]);
