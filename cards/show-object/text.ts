import type { ShowObjectData } from './data.js';
import { frameText, pairLines, painter, type TextOptions } from '../text-kit.js';

export function showObjectText(data: ShowObjectData, options: TextOptions): string {
  const paint = painter(options.colour);
  const pairs = data.properties.map(
    ({ label, text, mark, note }) =>
      [`${mark === '' ? ' ' : mark} ${label}`, note === '' ? text : `${text}   (${note})`] as const,
  );
  const tabs = data.tabs.map(({ title }) => title).join(' · ');
  return frameText(data, options, [
    ...pairLines(pairs, options),
    ...(data.code === '' ? [] : [data.code]),
    ...(tabs === '' ? [] : [paint('dim', `  also: ${tabs}`)]),
  ]);
}
