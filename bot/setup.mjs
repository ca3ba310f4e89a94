#!/usr/bin/env node
/**
 * Makes a clone ready to run, with Node alone: installs when the lock file is newer than what is installed,
 * and builds (with --build) when a source is newer than the build. Safe to run any number of times.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const MARK = join(ROOT, 'node_modules', '.cache', 'rewind-install');

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(
    `START_FAILED · This is Node ${process.versions.node}; Entra Rewind needs 20.19 or newer.\nNothing was started. Install a newer Node (nodejs.org), then run the same command again.`,
  );
  process.exit(1);
}

/** Installs the locked dependencies without running their scripts. @returns true when something was installed */
export function ensureInstalled(say = console.error) {
  const wanted = createHash('sha256')
    .update(readFileSync(join(ROOT, 'package-lock.json')))
    .digest('hex');
  if (existsSync(MARK) && readFileSync(MARK, 'utf8') === wanted) return false;
  say('Installing what is missing (about half a minute, once)…');
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const done = spawnSync(npm, args, {
    cwd: ROOT,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  if (done.status !== 0) {
    console.error(
      'START_FAILED · The installation did not finish; npm says why above.\nNothing was started. Check the connection to the package registry, then run the same command again.',
    );
    process.exit(1);
  }
  mkdirSync(dirname(MARK), { recursive: true });
  writeFileSync(MARK, wanted);
  return true;
}

/** Builds into dist/ (about two seconds). */
export function ensureBuilt(say = () => undefined) {
  say('Building…');
  const done = spawnSync(process.execPath, [join(ROOT, 'bot', 'build.mjs')], {
    cwd: ROOT,
    stdio: ['ignore', 2, 2],
  });
  if (done.status !== 0) {
    console.error(
      'START_FAILED · The build stopped; what it met stands above.\nNothing was started. If dist/ is damaged, remove it, then run the same command again.',
    );
    process.exit(1);
  }
}

if (process.argv[1] && fileURLToPath(import.meta.url) === process.argv[1]) {
  ensureInstalled();
  if (process.argv.includes('--build')) ensureBuilt();
}
