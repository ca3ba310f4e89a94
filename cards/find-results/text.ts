import type { FindResultsData } from './data.js';
import { frameText, painter, wrap, type TextOptions } from '../text-kit.js';

export function findResultsText(data: FindResultsData, options: TextOptions): string {
  const paint = painter(options.colour);
  return frameText(
    data,
    options,
    data.results.flatMap(({ name, facts, state, grey }) =>
      wrap(`  · ${[name, facts, state].filter(Boolean).join(' · ')}`, options.width, 4).map((line) =>
        grey ? paint('dim', line) : line,
      ),
    ),
  );
}
