import type { RequestsData } from './data.js';
import { frameText, wrap, type TextOptions } from '../text-kit.js';

export const requestsText = (data: RequestsData, options: TextOptions): string =>
  frameText(
    data,
    options,
    data.requests.flatMap(({ title, facts, state }) =>
      wrap(`  ${title} · ${state} · ${facts}`, options.width, 6),
    ),
  );
