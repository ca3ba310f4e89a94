import type { RunningData } from './data.js';
import { frameText, painter, type TextOptions } from '../text-kit.js';

const BAR = 24;

export function runningText(data: RunningData, options: TextOptions): string {
  const { done, total, text } = data.progress;
  const filled = total === 0 ? 0 : Math.round((BAR * Math.min(done, total)) / total);
  const bar = painter(options.colour)('cyan', '█'.repeat(filled)) + '░'.repeat(BAR - filled);
  return frameText(data, options, [`  ${bar}  ${text}`]);
}
