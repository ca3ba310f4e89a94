import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';

/** What is committed; what is being deleted is left out. */
const files = execFileSync('git', ['ls-files', '-z'], { encoding: 'utf8' })
  .split('\0')
  .filter((name) => name !== '' && existsSync(name));

const pages = files.filter(
  (name) => /^(README|CHANGELOG)\.md$|^doc\/.*\.md$|\/README\.md$/.test(name) && !name.startsWith('test/'),
);

/** GitHub's anchor of a heading. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(' ', '-');

const anchorsOf = (page: string): ReadonlySet<string> =>
  new Set([...readFileSync(page, 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, heading]) => anchorOf(heading!)));

const linksOf = (page: string): string[] =>
  [...readFileSync(page, 'utf8').matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target]) => target!)
    .filter((target) => !/^[a-z]+:/.test(target));

/** Files and folders of ours that a page names in backticks. doc/features.md names tests in short; features.test.ts checks them. */
const namedIn = (page: string): string[] =>
  [
    ...readFileSync(page, 'utf8').matchAll(
      /`((?:bot|cards|services|sandbox|test|manifest|doc)\/[\w./-]*[\w/])`/g,
    ),
  ].map(([, name]) => name!);

describe('documentation', () => {
  test.each(pages)('%s: every relative link leads somewhere', (page) => {
    const broken = linksOf(page).filter((target) => {
      const [path, anchor] = target.split('#') as [string, string | undefined];
      const file = path === '' ? page : join(dirname(page), path);
      if (!existsSync(file)) return true;
      return anchor !== undefined && !anchorsOf(file).has(anchor);
    });
    expect(broken).toEqual([]);
  });

  test.each(pages.filter((page) => page !== 'doc/features.md'))(
    '%s: every file and folder that it names is there',
    (page) => {
      expect(namedIn(page).filter((name) => !existsSync(name))).toEqual([]);
    },
  );

  test('decisions are numbered without gaps', () => {
    const numbers = files
      .map((name) => /^doc\/adr\/(\d{4})-[a-z0-9-]+\.md$/.exec(name)?.[1])
      .filter((number) => number !== undefined)
      .sort();
    expect(numbers).toEqual(numbers.map((_, index) => String(index + 1).padStart(4, '0')));
    for (const name of files.filter((one) => /^doc\/adr\/\d/.test(one)))
      expect(readFileSync(name, 'utf8')).toMatch(new RegExp(`^# ${Number(/\d{4}/.exec(name)![0])}\\. `));
  });

  test('no committed text names a path or package host of one machine', () => {
    const text = /\.(ts|tsx|mts|js|mjs|json|sh|yml|yaml|md|css|html)$|(^|\/)(\.env\.sample|\.npmrc|run)$/;
    // Written in pieces, so that this file does not find itself.
    const machine = new RegExp(
      `(^|[^A-Za-z0-9_.])/(${['work', 'root', 'tmp', 'home'].join('|')})/|${['registry', 'npm'].join('\\.')}|` +
        `${['npmjs', 'org'].join('\\.')}|${['deb', 'debian'].join('\\.')}|${['proxy', 'golang'].join('\\.')}`,
    );
    const hits = files
      .filter((name) => text.test(name) && name !== 'package-lock.json' && statSync(name).isFile())
      .flatMap((name) =>
        readFileSync(name, 'utf8')
          .split('\n')
          .flatMap((line, index) =>
            machine.test(line) ? [`${name}:${index + 1}: ${line.trim().slice(0, 120)}`] : [],
          ),
      );
    expect(hits).toEqual([]);
  });
});
