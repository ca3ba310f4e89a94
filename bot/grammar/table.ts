import type { CommandName } from './command.js';
import { LOOKING_WORDS } from './looking.js';
import { nearest } from './nearest.js';
import { formatObjects } from './objects.js';
import { plain, type CommandSpec } from './spec.js';
import { row } from './rows/kit.js';
import { RESTORING } from './rows/restoring.js';
import { LOOKING } from './rows/looking.js';
import { REQUESTS } from './rows/requests.js';
import { CREDENTIALS } from './rows/credentials.js';
import { UPKEEP } from './rows/upkeep.js';

/** The one table of commands (SPEC C1), in the order of help. */
const COMMANDS = {
  ...RESTORING,
  ...LOOKING,
  backup: row({
    name: 'backup',
    words: [
      'backup now',
      'backup',
      'back up now',
      'back up',
      'snapshot now',
      'take a snapshot',
      'take snapshot',
      'run backup',
    ],
    title: 'backup now',
    description: 'Takes a snapshot now.',
    syntax: 'backup now',
    details: [],
    examples: ['backup now'],
    role: 'operator',
    menu: { title: 'backup now', scopes: ['personal', 'team'] },
    read: plain<'backup'>({ command: 'backup' }),
    format: () => 'backup now',
  }),
  status: row({
    name: 'status',
    words: ['status', 'how are you', 'health', 'state'],
    title: 'status',
    description: 'Last snapshot, next run, what is missing, what waits for somebody.',
    syntax: 'status',
    details: [],
    examples: ['status'],
    role: 'reader',
    menu: { title: 'status', scopes: ['personal', 'team'] },
    read: plain<'status'>({ command: 'status' }),
    format: () => 'status',
  }),
  ...REQUESTS,
  ...CREDENTIALS,
  covered: row({
    name: 'covered',
    words: [
      'what is covered',
      "what's covered",
      'whats covered',
      'covered',
      'coverage',
      'what do you back up',
    ],
    title: 'what is covered',
    description: 'What is backed up, what can be restored, and what cannot and why.',
    syntax: 'what is covered',
    details: [],
    examples: ['what is covered'],
    role: 'reader',
    menu: { title: 'what is covered', scopes: ['personal', 'team'] },
    read: plain<'covered'>({ command: 'covered' }),
    format: () => 'what is covered',
  }),
  ...UPKEEP,
  help: row({
    name: 'help',
    words: ['help', '?', 'commands', 'what can you do', 'how do i', 'h'],
    title: 'help',
    description: 'What I understand; "help restore" for one command in full.',
    syntax: 'help [COMMAND]',
    details: [],
    examples: ['help', 'help restore'],
    role: null,
    menu: { title: 'help', scopes: ['personal', 'team'] },
    read: ({ tokens }) => {
      const said = tokens.map(({ text }) => text.toLowerCase()).join(' ');
      const topic = said === '' ? undefined : topicOf(said);
      return topic === undefined ? { command: 'help' } : { command: 'help', topic };
    },
    format: ({ topic }) => (topic === undefined ? 'help' : `help ${specOf(topic).words[0]}`),
  }),
  hello: row({
    name: 'hello',
    words: [
      'hello',
      'hi',
      'hey',
      'hallo',
      'good morning',
      'good afternoon',
      'good evening',
      'start',
      'welcome',
    ],
    title: 'hello',
    description: 'Who I am, and three things to try.',
    syntax: 'hello',
    details: [],
    examples: ['hello'],
    role: null,
    read: plain<'hello'>({ command: 'hello' }),
    format: () => 'hello',
  }),
} as const satisfies { readonly [N in CommandName]: CommandSpec<N> };

/** All rows, in the order of help. */
export const ALL_COMMANDS: readonly CommandSpec[] = Object.values(
  COMMANDS,
) as readonly unknown[] as readonly CommandSpec[];

export const specOf = (name: CommandName): CommandSpec => COMMANDS[name] as unknown as CommandSpec;

function topicOf(said: string): CommandName | undefined {
  const exact = ALL_COMMANDS.find(
    ({ words, title, name }) => words.includes(said) || title === said || name.toLowerCase() === said,
  );
  if (exact !== undefined) return exact.name;
  const near = nearest(
    said,
    ALL_COMMANDS.flatMap(({ words }) => words),
  );
  return ALL_COMMANDS.find(({ words }) => near !== undefined && words.includes(near))?.name;
}

export const formatObject = (object: { readonly type?: 'user' | 'group'; readonly name: string }): string =>
  formatObjects([object], LOOKING_WORDS);
