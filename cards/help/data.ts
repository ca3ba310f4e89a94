import { block, filled, row } from '../blocks.js';
import { frame, runButton, type Frame, type ViewContext } from '../frame.js';

export type HelpGroup = 'Restore' | 'Look' | 'Requests' | 'Backup' | 'Administration' | 'Help';

/** What most people come for, in one sentence each. */
const FIRST = ['restore', 'what changed', 'status'];

/** One command as help shows it; the grammar's table fills it. */
export interface HelpEntry {
  readonly name: string;
  readonly title: string;
  readonly group: HelpGroup;
  readonly description: string;
  /** "restore [user|group] NAME [from TIME] …" */
  readonly syntax: string;
  readonly examples: readonly string[];
  readonly synonyms: readonly string[];
  /** "operator or administrator"; '' = everybody. */
  readonly role: string;
  /** What each part of the syntax means. */
  readonly details: readonly { readonly term: string; readonly text: string }[];
}

export interface HelpData extends Frame {
  readonly entries: readonly HelpEntry[];
  /** All commands by what they are for, their words only: "find · show · compare". */
  readonly groups: readonly { readonly label: string; readonly text: string }[];
}

export interface HelpInput {
  readonly entries: readonly HelpEntry[];
  /** One command in full. */
  readonly topic?: HelpEntry;
}

/** `help` and `help restore`, from the one table that also parses (SPEC C1). */
export function helpView({ entries, topic }: HelpInput, _ctx: ViewContext): { card: 'help'; data: HelpData } {
  if (topic !== undefined) {
    return {
      card: 'help',
      data: {
        ...frame('?', `Help · ${topic.title}`, {
          context: topic.role === '' ? '' : `needs the role ${topic.role}`,
          intro: [topic.description],
          blocks: filled([
            block('Say', '', [row('·', topic.syntax)]),
            block(
              'Parts',
              '',
              topic.details.map(({ term, text }) => row('·', term, text)),
              1,
              12,
            ),
            block(
              'Examples',
              '',
              topic.examples
                .filter((example) => example !== topic.syntax)
                .map((example) => row('·', example)),
            ),
          ]),
          notes: topic.synonyms.length === 0 ? [] : [`Also: ${topic.synonyms.join(', ')}`],
          buttons: topic.examples
            .slice(0, 1)
            .filter(() => topic.role === '' || topic.role === 'reader')
            .map((example) => runButton(example, example)),
          say: `help ${topic.name}`,
        }),
        entries: [topic],
        groups: [],
      },
    };
  }
  return {
    card: 'help',
    data: {
      ...frame('?', 'What I understand', {
        context: `${entries.length} commands · the same words here and on the command line · help NAME tells all about one`,
        blocks: [
          block(
            'First',
            '',
            FIRST.flatMap((title) => entries.filter((entry) => entry.title === title)).map(
              ({ title, description }) => row('·', title, description),
            ),
          ),
        ],
        notes: [
          'Times: yesterday · 2 hours ago · last Friday 5pm · 2026-11-20 02:00 · snapshot 14, in your own time zone.',
        ],
        buttons: [runButton('More about restore', 'help restore'), runButton('Status', 'status')],
        say: 'help restore',
      }),
      entries,
      groups: [...new Set(entries.map(({ group }) => group))].map((label) => ({
        label,
        text: entries
          .filter(({ group }) => group === label)
          .map(({ title }) => title)
          .join(' · '),
      })),
    },
  };
}
