import { describe, expect, test } from '@jest/globals';
import { complete, format, helpEntries, isNearMiss, menuEntries, parse } from '../../../bot/grammar/index.js';
import { ALL_COMMANDS } from '../../../bot/grammar/table.js';

const ctx = { now: new Date('2026-11-21T08:55:00Z'), timeZone: 'Europe/Berlin', locale: 'en-GB' };

describe('[C1] the one table', () => {
  test('every example and every menu entry that is a sentence is understood as its own command', () => {
    for (const { name, examples } of ALL_COMMANDS) {
      for (const example of examples)
        expect([example, parse(example, ctx)]).toMatchObject([example, { command: name }]);
    }
  });

  test('every word that begins a command begins that command only', () => {
    const seen = new Map<string, string>();
    for (const { name, words } of ALL_COMMANDS) {
      for (const word of words) {
        expect([word, seen.get(word)]).toEqual([word, undefined]);
        seen.set(word, name);
        expect(word).toBe(word.toLowerCase());
      }
    }
  });

  test('every synonym alone is its command or says what it is missing', () => {
    for (const { name, words } of ALL_COMMANDS) {
      for (const word of words) {
        const parsed = parse(word, ctx);
        expect([
          word,
          isNearMiss(parsed) ? ('command' in parsed ? parsed.command : parsed.miss) : parsed.command,
        ]).toEqual([word, name]);
      }
    }
  });

  test('the command menu fits Teams: at most 12 entries of at most 32 characters, each a known sentence', () => {
    for (const scope of ['personal', 'team'] as const) {
      const entries = menuEntries(scope);
      expect(entries.length).toBeGreaterThan(3);
      expect(entries.length).toBeLessThanOrEqual(12);
      for (const { title, description } of entries) {
        expect(title.length).toBeLessThanOrEqual(32);
        expect(description.length).toBeLessThanOrEqual(128);
      }
      expect(new Set(entries.map(({ title }) => title)).size).toBe(entries.length);
    }
  });

  test('help holds every command, with the role it takes and an example', () => {
    const entries = helpEntries();
    expect(entries.map(({ title }) => title)).toEqual(ALL_COMMANDS.map(({ title }) => title));
    for (const entry of entries) {
      expect(entry.description).toMatch(/^.{5,100}[.]$/s);
      expect(entry.examples.length).toBeGreaterThan(0);
      expect(['', 'reader', 'operator', 'approver', 'administrator', 'auditor']).toContain(entry.role);
    }
  });

  test('what is typed so far is completed to whole sentences', () => {
    expect(complete('rest')).toContain('restore user alice from yesterday with memberships');
    expect(complete('What c')).toContain('what changed since yesterday');
    expect(complete('zzz')).toEqual([]);
    for (const sentence of complete('', 50)) {
      const parsed = parse(sentence, ctx);
      if (!isNearMiss(parsed)) expect(isNearMiss(parse(format(parsed, ctx.timeZone), ctx))).toBe(false);
    }
  });
});
