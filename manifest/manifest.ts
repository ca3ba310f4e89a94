import { readFileSync } from 'node:fs';
import { menuEntries } from '../bot/grammar/help.js';

/** What differs from one installation to the next; everything else stands in the template. */
export interface ManifestSettings {
  /** Teams app id, a GUID other than the bot's. */
  readonly appId: string;
  readonly botAppId: string;
  readonly version: string;
  /** https address with the pages /privacy and /terms. */
  readonly siteUrl: string;
}

const file = (name: string) => new URL(name, import.meta.url);

/** The Teams app manifest: template, settings, and the command menu from the grammar's one table (SPEC C1). */
export function teamsManifest(settings: ManifestSettings): Record<string, unknown> {
  const text = readFileSync(file('./manifest.template.json'), 'utf8')
    .replaceAll('{{APP_ID}}', settings.appId)
    .replaceAll('{{BOT_APP_ID}}', settings.botAppId)
    .replaceAll('{{VERSION}}', settings.version)
    .replaceAll('{{SITE_URL}}', settings.siteUrl);
  const manifest = JSON.parse(text) as { bots: { commandLists: unknown }[] };
  for (const bot of manifest.bots)
    bot.commandLists = [
      { scopes: ['personal'], commands: menuEntries('personal') },
      { scopes: ['team', 'groupChat'], commands: menuEntries('team') },
    ];
  return manifest;
}

/** File name in the package → bytes; all at the root of the zip. */
export function packageFiles(settings: ManifestSettings): Record<string, Uint8Array> {
  return {
    'manifest.json': Buffer.from(`${JSON.stringify(teamsManifest(settings), null, 2)}\n`),
    'color.png': readFileSync(file('./icons/color.png')),
    'outline.png': readFileSync(file('./icons/outline.png')),
  };
}
