import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Run with UPDATE_DOCS=1 to write what the code says now into the pages, then read the difference before committing it. */
const UPDATE = process.env['UPDATE_DOCS'] === '1';

const pathOf = (page: string): string => join(process.cwd(), page);

/** A page of the documentation, by its path from the root of the project. */
export const readPage = (page: string): string => readFileSync(pathOf(page), 'utf8');

/** One table row; `|` in a cell is escaped. */
export const row = (...cells: readonly string[]): string =>
  `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ').trim()).join(' | ')} |`;

export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [row(...head), row(...head.map(() => '---')), ...rows.map((cells) => row(...cells))].join('\n');

/** All body rows of all tables of a page, as cells without their escapes; heads and rulers are left out. */
export function rowsOf(text: string): readonly (readonly string[])[] {
  const lines = text.split('\n');
  return lines.flatMap((line, index) => {
    if (!line.startsWith('|') || isRuler(line) || isRuler(lines[index + 1] ?? '')) return [];
    return [
      line
        .slice(1, line.lastIndexOf('|'))
        .split(/(?<!\\)\|/)
        .map((cell) => cell.trim().replaceAll('\\|', '|')),
    ];
  });
}

const isRuler = (line: string): boolean => /^\|(\s*:?-+:?\s*\|)+\s*$/.test(line);

/**
 * The part of a page that the code dictates, between `<!-- name: from the code -->` and `<!-- /name -->`.
 * With UPDATE_DOCS=1 it is written first.
 * @returns what stands there
 */
export function blockOf(page: string, name: string, wanted: string): string {
  const text = readPage(page);
  const [open, close] = [`<!-- ${name}: from the code -->\n`, `\n<!-- /${name} -->`];
  const [from, to] = [text.indexOf(open), text.indexOf(close)];
  if (from < 0 || to < 0) return `${page} has no block "${name}"`;
  if (UPDATE) {
    writeFileSync(pathOf(page), `${text.slice(0, from + open.length)}${wanted}${text.slice(to)}`);
    return wanted;
  }
  return text.slice(from + open.length, to);
}
