import type { RestoreOptionsData } from './data.js';
import { frameText, pairLines, painter, wrap, type TextOptions } from '../text-kit.js';

export function restoreOptionsText(data: RestoreOptionsData, options: TextOptions): string {
  const paint = painter(options.colour);
  const tick = (ticked: boolean, title: string): readonly string[] =>
    wrap(`  [${ticked ? 'x' : ' '}] ${title}`, options.width, 6);
  const { point, object, comesBack, mode, block, newUpn } = data;
  return frameText(data, options, [
    ...(point.text === ''
      ? []
      : [
          ...wrap(`  ${[point.words, point.text].filter(Boolean).join(' ')}`, options.width, 2),
          ...wrap(`  ${point.since}`, options.width, 2).map((line) => paint('dim', line)),
        ]),
    ...(object.title === '' ? [] : tick(object.ticked, object.title)),
    ...(comesBack.text === '' ? [] : wrap(`  =   comes back with it: ${comesBack.text}`, options.width, 6)),
    ...(comesBack.leftOut === '' ? [] : wrap(`  −   left out: ${comesBack.leftOut}`, options.width, 6)),
    ...data.aspects.flatMap(({ title, ticked }) => tick(ticked, title)),
    ...(data.readOnly === '' ? [] : wrap(`  ·   ${data.readOnly}`, options.width, 6)),
    ...(mode.show
      ? pairLines(
          [['relationships', mode.value === 'add' ? 'add what is missing' : mode.exactTitle]],
          options,
        )
      : []),
    ...(block.show && block.ticked ? tick(true, 'keep sign-in blocked') : []),
    ...(newUpn.show
      ? pairLines([['sign-in name', newUpn.value === '' ? `? ${newUpn.label}` : newUpn.value]], options)
      : []),
    ...(data.reason === '' ? [] : pairLines([['why', data.reason]], options)),
  ]);
}
