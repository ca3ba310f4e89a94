import type { HelpData } from './data.js';
import { columns, footLines, headLines, introLines, painter, wrap, type TextOptions } from '../text-kit.js';

/** Two columns where there is room: words, and what they do. */
export function helpText(data: HelpData, options: TextOptions): string {
  const paint = painter(options.colour);
  const [topic, ...others] = data.entries;
  const titles = widestOf(data.entries.map(({ title }) => title));
  const pairs = (
    rows: readonly (readonly [string, string])[],
    widest = widestOf(rows.map(([term]) => term)),
    indent = 2,
  ): readonly string[] =>
    rows.flatMap(([term, text]) => {
      const [first = '', ...rest] = wrap(
        `${' '.repeat(indent)}${term}${' '.repeat(Math.max(0, widest - columns(term)))}  ${text}`,
        options.width,
        widest + indent + 2,
      );
      return [first.replace(term, paint('bold', term)), ...rest];
    });
  if (topic === undefined || others.length > 0) {
    return [
      ...headLines(data, options),
      ...data.groups.flatMap(({ label }) => [
        `  ${paint('bold', label)}`,
        ...pairs(
          data.entries
            .filter(({ group }) => group === label)
            .map(({ title, description }) => [title, description]),
          titles,
          4,
        ),
      ]),
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

const widestOf = (terms: readonly string[]): number => Math.min(36, Math.max(0, ...terms.map(columns)));
