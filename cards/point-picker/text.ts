import type { PointPickerData } from './data.js';
import { frameText, wrap, type TextOptions } from '../text-kit.js';

export const pointPickerText = (data: PointPickerData, options: TextOptions): string =>
  frameText(
    data,
    options,
    data.choices.flatMap(({ title, value }) =>
      wrap(`  ${value === data.chosen ? '•' : ' '} ${title}`, options.width, 4),
    ),
  );
