import { describe, expect, test } from '@jest/globals';
import { SETTINGS } from '../../bot/config.js';
import { blockOf, readPage, table } from './page.js';

const PAGE = 'doc/settings.md';

interface Row {
  readonly schema: { safeParse(value: unknown): { success: boolean; data?: unknown } };
  readonly about: string;
  readonly example: string;
  readonly secret?: true;
}
const settings = Object.entries(SETTINGS as unknown as Readonly<Record<string, Row>>);

/** What holds when the setting is not there. */
function fallback({ schema }: Row): string {
  const parsed = schema.safeParse(undefined);
  if (!parsed.success || parsed.data === undefined) return '';
  return `\`${typeof parsed.data === 'boolean' ? Number(parsed.data) : String(parsed.data)}\``;
}

const settingsTable = (): string =>
  table(
    ['Setting', 'What it is', 'When not set', 'For example'],
    settings.map(([name, setting]) => [
      `\`${name}\`${setting.secret ? ' (secret)' : ''}`,
      setting.about,
      fallback(setting),
      setting.example === '' ? '' : `\`${setting.example}\``,
    ]),
  );

describe('[T6] doc/settings.md', () => {
  test('holds every setting of bot/config.ts as it is', () => {
    const wanted = settingsTable();
    expect(blockOf(PAGE, 'settings', wanted)).toBe(wanted);
  });

  test('.env.sample names the same settings, with the defaults where it shows some', () => {
    const lines = readPage('.env.sample').split('\n');
    const named = lines.flatMap((line) => /^(?:# )?([A-Z][A-Z_]+)=(.*)$/.exec(line)?.slice(1) ?? []);
    const names = named.filter((_, index) => index % 2 === 0);
    expect([...names].sort()).toEqual(settings.map(([name]) => name).sort());

    const shown = lines.flatMap((line) => {
      const found = /^# ([A-Z][A-Z_]+)=(.+)$/.exec(line);
      return found ? [[found[1]!, found[2]!] as const] : [];
    });
    const defaults = new Map(
      settings.map(([name, setting]) => [name, fallback(setting).replaceAll('`', '')]),
    );
    for (const [name, value] of shown)
      if (defaults.get(name) !== '') expect(`${name}=${value}`).toBe(`${name}=${defaults.get(name)}`);
  });
});
