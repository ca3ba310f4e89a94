import type { ComesBackData } from './data.js';
import { frameText, type TextOptions } from '../text-kit.js';

/** The boxes as the terminal can show them: it leaves lines out by name. */
export const comesBackText = (data: ComesBackData, options: TextOptions): string =>
  frameText(
    {
      ...data,
      blocks: data.blocks.map((one) => ({
        ...one,
        rows: one.rows.map((line) =>
          line.tick === '' ? line : { ...line, text: `[${line.ticked ? 'x' : ' '}] ${line.text}` },
        ),
      })),
      notes: [...data.notes, 'To leave one out by word: … without "NAME".'],
    },
    options,
  );
