import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { ALL_COMMANDS } from '../../bot/grammar/table.js';
import { COMMAND_RULES } from '../../bot/permissions.js';
import { EXIT } from '../../bot/terminal/protocol.js';
import { blockOf, readPage, rowsOf, table } from './page.js';

const PAGE = 'doc/commands.md';

const who = (rule: 'anyone' | readonly string[]): string =>
  rule === 'anyone' ? 'everybody in the tenant' : rule.join(', ');

const code = (text: string): string => `\`${text}\``;

const sectionOf = (heading: string): string =>
  readPage(PAGE).split(`\n## ${heading}\n`)[1]!.split('\n## ')[0]!;

/** The overview, and under it one section a command: what `help COMMAND` shows, plus who may. */
const commands = (): string =>
  [
    table(
      ['Command', 'What it does', 'Who may'],
      ALL_COMMANDS.map(({ name, title, description }) => [
        `[${title}](#${title.replaceAll(' ', '-')})`,
        description,
        who(COMMAND_RULES[name]),
      ]),
    ),
    ...ALL_COMMANDS.map(({ name, title, words, description, syntax, details, examples }) =>
      [
        `### ${title}\n`,
        `${description} *Who may:* ${who(COMMAND_RULES[name])}.\n`,
        `    ${syntax}\n`,
        ...(details.length > 0
          ? [
              `${table(
                ['Part', 'What it may be'],
                details.map(({ term, text }) => [term, text]),
              )}\n`,
            ]
          : []),
        `*For example:* ${examples.map(code).join(' · ')}`,
        ...(words.length > 1 ? [`\n*Also understood:* ${words.slice(1).map(code).join(', ')}`] : []),
      ].join('\n'),
    ),
  ].join('\n\n');

describe('[C1] doc/commands.md', () => {
  test('holds every command of the grammar as it is, and who may', () => {
    const wanted = commands();
    expect(blockOf(PAGE, 'commands', wanted)).toBe(wanted);
  });

  test('lists the exit codes of the command line', () => {
    const page = rowsOf(sectionOf('Exit codes'));
    expect(page.map(([number, name]) => [number, name])).toEqual(
      Object.entries(EXIT).map(([name, number]) => [String(number), code(name)]),
    );
  });

  test.each([
    ['rewind', 'bot/terminal/cli.ts', 'The command line'],
    ['npm start', 'bot/launch.ts', 'npm start'],
  ])('lists every flag of %s', (_name, source, heading) => {
    const options = /options: \{([\s\S]*?)\n {6}\}/.exec(readFileSync(source, 'utf8'))![1]!;
    const flags = [...options.matchAll(/^ {8}'?([\w-]+)'?: \{/gm)].map(([, flag]) => `--${flag}`);
    const section = sectionOf(heading);
    const documented = rowsOf(section).map(([flag]) => /--[\w-]+/.exec(flag ?? '')?.[0]);
    expect(documented.filter((flag) => flag !== undefined).sort()).toEqual(flags.sort());
  });
});
