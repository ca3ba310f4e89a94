#!/usr/bin/env node
/** `npm start`: installs what is missing, builds, then hands over to the build. Needs Node alone. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, ensureBuilt, ensureInstalled } from './setup.mjs';

const step = (text) => process.stdout.write(`· ${text}\n`);
const envFile = join(ROOT, '.env');
if (existsSync(envFile)) process.loadEnvFile(envFile);
ensureInstalled(step);
ensureBuilt(step);
const { launch } = await import('../dist/bot/launch.js');
process.exit(await launch(process.argv.slice(2), ROOT));
