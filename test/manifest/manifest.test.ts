import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import AjvDraft04 from 'ajv-draft-04';
import addFormats from 'ajv-formats';
import { PNG } from 'pngjs';
import { packageFiles, teamsManifest } from '../../manifest/manifest.js';

const settings = {
  appId: '11111111-1111-4111-8111-111111111111',
  botAppId: '22222222-2222-4222-8222-222222222222',
  version: '1.2.3',
  siteUrl: 'https://rewind.example',
};
const schemaFile = join(
  process.env['CONTRACT_DIR'] ?? '../shared',
  'teams/schemas/teams-manifest-1.25.schema.json',
);

describe('the Teams app package', () => {
  (existsSync(schemaFile) ? test : test.skip)("is valid by Microsoft's manifest schema", () => {
    const ajv = new AjvDraft04.default({ strict: false, allErrors: true });
    addFormats.default(ajv as never);
    const validate = ajv.compile(JSON.parse(readFileSync(schemaFile, 'utf8')) as object);
    const valid = validate(teamsManifest(settings));
    expect(validate.errors ?? []).toEqual([]);
    expect(valid).toBe(true);
  });

  test('[C1] its command menus are those of the grammar and fit the limits of Teams', () => {
    const { bots } = teamsManifest(settings) as {
      bots: { commandLists: { scopes: string[]; commands: { title: string; description: string }[] }[] }[];
    };
    const lists = bots[0]!.commandLists;
    expect(lists.map(({ scopes }) => scopes)).toEqual([['personal'], ['team', 'groupChat']]);
    for (const { commands } of lists) {
      expect(commands.length).toBeGreaterThan(0);
      expect(commands.length).toBeLessThanOrEqual(12);
      for (const { title, description } of commands) {
        expect(title.length).toBeLessThanOrEqual(32);
        expect(description.length).toBeGreaterThan(0);
        expect(description.length).toBeLessThanOrEqual(128);
      }
    }
    expect(lists[0]!.commands.map(({ title }) => title)).toContain('help');
  });

  test('no placeholder is left, and everything lies at the root', () => {
    const files = packageFiles(settings);
    expect(Object.keys(files).sort()).toEqual(['color.png', 'manifest.json', 'outline.png']);
    expect(Buffer.from(files['manifest.json']!).toString()).not.toContain('{{');
  });

  test('the icons are pictures of the sizes that Teams wants; the outline is white on transparent', () => {
    const files = packageFiles(settings);
    const color = PNG.sync.read(Buffer.from(files['color.png']!));
    const outline = PNG.sync.read(Buffer.from(files['outline.png']!));
    expect([color.width, color.height, outline.width, outline.height]).toEqual([192, 192, 32, 32]);
    const pixels = Array.from({ length: 32 * 32 }, (_, index) => [
      ...outline.data.subarray(index * 4, index * 4 + 4),
    ]);
    const seen = pixels.filter(([, , , alpha]) => alpha! > 0);
    expect(seen.length).toBeGreaterThan(60);
    expect(pixels.length - seen.length).toBeGreaterThan(300);
    expect(seen.every(([r, g, b]) => r === 255 && g === 255 && b === 255)).toBe(true);
  });
});
