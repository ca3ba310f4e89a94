import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { zipSync } from 'fflate';
import { packageFiles } from './manifest.js';

if (existsSync('.env')) process.loadEnvFile('.env');

/** `npm run manifest`: writes build/entra-rewind-teams.zip, to upload in the Teams admin centre. */
const { values } = parseArgs({
  options: {
    'bot-app-id': { type: 'string' },
    'app-id': { type: 'string' },
    'site-url': { type: 'string' },
    out: { type: 'string', default: 'build/entra-rewind-teams.zip' },
  },
});

const SAMPLE_BOT = '00000000-0000-4000-8000-000000000000';
const botAppId = values['bot-app-id'] ?? process.env['BOT_APP_ID'] ?? SAMPLE_BOT;
const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
const files = packageFiles({
  botAppId,
  appId: values['app-id'] ?? appIdFor(botAppId),
  version,
  siteUrl: values['site-url'] ?? 'https://entra-rewind.example',
});
mkdirSync(join(values.out, '..'), { recursive: true });
// A fixed time: the same settings give the same bytes.
writeFileSync(values.out, zipSync(files, { mtime: new Date('2026-01-01T00:00:00Z') }));
console.log(`${values.out}: ${Object.keys(files).join(', ')} · version ${version} · bot ${botAppId}`);
if (botAppId === SAMPLE_BOT)
  console.log(
    'BOT_APP_ID is not set: this package is a sample. Set it in .env, or pass --bot-app-id, and build again.',
  );

/** The app's id stays the same for the same bot, and is never the bot's own (a name-based GUID, RFC 9562 version 8). */
function appIdFor(bot: string): string {
  const hex = createHash('sha256').update(`entra-rewind teams app ${bot}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
