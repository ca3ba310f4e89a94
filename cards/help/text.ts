import type { HelpData } from './data.js';
import { columns, footLines, headLines, introLines, painter, wrap, type TextOptions } from '../text-kit.js';

/** Two columns where there is room: words, and what they do. */
export function helpText(data: HelpData, options: TextOptions): string {
  const paint = painter(options.colour);
  const [topic] = data.entries;
  const single = data.say !== 'help restore' || data.entries.length === 1;
  const pairs = (rows: readonly (readonly [string, string])[]): readonly string[] => {
    const widest = Math.min(36, Math.max(...rows.map(([term]) => columns(term))));
    return rows.flatMap(([term, text]) => {
      const [first = '', ...rest] = wrap(
        `  ${term}${' '.repeat(Math.max(0, widest - columns(term)))}  ${text}`,
        options.width,
        widest + 4,
      );
      return [first.replace(term, paint('bold', term)), ...rest];
    });
  };
  if (!single || topic === undefined) {
    return [
      ...headLines(data, options),
      ...pairs(data.entries.map(({ title, description }) => [title, description])),
      ...footLines(data, options),
    ].join('\n');
  }
  return [
    ...headLines(data, options),
    ...introLines(data, options),
    ...wrap(`  ${topic.syntax}`, options.width, 6).map((line) => paint('cyan', line)),
    ...(topic.details.length === 0 ? [] : pairs(topic.details.map(({ term, text }) => [term, text]))),
    ...topic.examples.map((example) => paint('dim', `  > ${example}`)),
    ...footLines({ ...data, say: '' }, options),
  ].join('\n');
}
