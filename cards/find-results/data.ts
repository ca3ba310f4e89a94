import type { Candidate } from '../../services/model/restore-service.js';
import { button, dots, frame, runButton, type Button, type Frame, type ViewContext } from '../frame.js';
import { onPage, pageText, pager, pagesOf } from '../pages.js';
import { plural } from '../format.js';
import { candidateState } from '../which-one/data.js';

export interface FindResultsData extends Frame {
  readonly results: readonly {
    readonly name: string;
    readonly facts: string;
    readonly state: string;
    /** Deleted or gone: shown subtle, and said in `state`. */
    readonly grey: boolean;
    readonly open: Button;
  }[];
}

export interface FindResultsInput {
  readonly tenantName: string;
  /** What was searched for. */
  readonly text: string;
  readonly type?: string;
  /** All matches, sorted by name. */
  readonly results: readonly Candidate[];
  readonly page?: number;
  readonly say: string;
}

/** SPEC F1: live and deleted objects by any part of name, UPN, mail or id; paged. */
export function findResultsView(
  input: FindResultsInput,
  ctx: ViewContext,
): { card: 'find-results'; data: FindResultsData } {
  const { results, text, type } = input;
  const page = input.page ?? 1;
  const pages = pagesOf([results.length]);
  const turn = (title: string, to: number): Button =>
    button('find.page', title, { text, page: to, ...(type === undefined ? {} : { type }) });
  return {
    card: 'find-results',
    data: {
      ...frame('⌕', `“${text}”`, {
        badge: { text: plural(results.length, 'match', 'matches'), style: 'emphasis' },
        context: dots(input.tenantName, type && `${type}s only`, pageText(page, pages)),
        intro:
          results.length === 0
            ? [
                `Nothing live, deleted or kept matches “${text}”.`,
                'Any part of a name, sign-in name, mail or object ID finds it. What was deleted stands in “what changed”.',
              ]
            : [],
        buttons:
          results.length === 0
            ? [runButton('What changed', 'what changed since yesterday')]
            : pager(page, pages, turn, { back: 'Before', on: 'More' }),
        say: input.say,
      }),
      results: onPage(results, page).map((candidate) => ({
        name: candidate.object.name,
        facts: dots(candidate.object.key, candidate.hint ?? candidate.object.kindName),
        state: candidateState(candidate, ctx),
        grey: candidate.state !== 'live',
        open: runButton('Show', `show ${candidate.object.type} ${candidate.object.id}`),
      })),
    },
  };
}
