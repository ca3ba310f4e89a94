#!/usr/bin/env node
/** `npx rewind "…"`: the command line (bot/terminal/cli.ts). */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, ensureBuilt, ensureInstalled } from './setup.mjs';

if (!existsSync(join(ROOT, 'dist', 'bot', 'terminal', 'cli.js'))) {
  ensureInstalled();
  ensureBuilt();
}
const { cli } = await import('../dist/bot/terminal/cli.js');
process.exit(await cli(process.argv.slice(2)));
