import type { NearMiss } from './command.js';
import { specOf } from './table.js';

/** What the near-miss card says and offers: a sentence about the problem, and complete sentences to run. */
export function explain(miss: NearMiss): {
  readonly problem?: string;
  readonly suggestions: readonly string[];
} {
  switch (miss.miss) {
    case 'unknown':
      return { suggestions: [...(miss.nearest === undefined ? [] : [miss.nearest]), ...miss.others] };
    case 'incomplete':
      return {
        problem: `“${miss.text}” is missing ${miss.missing}. For example: ${miss.example}`,
        suggestions: [`help ${specOf(miss.command).words[0]}`],
      };
    case 'time':
      return {
        problem:
          miss.phrase === ''
            ? 'The time is missing.'
            : `I do not understand the time “${miss.phrase}”. Say for example: yesterday · 2 hours ago · last Friday 5pm · 2026-11-20 02:00 · snapshot 14.`,
        suggestions: miss.nearest === undefined ? [] : [miss.nearest],
      };
    case 'word':
      return {
        problem: `I do not know “${miss.word}” here. I know: ${miss.known.join(', ')}.`,
        suggestions: miss.nearest === undefined ? [] : [miss.nearest],
      };
  }
}
