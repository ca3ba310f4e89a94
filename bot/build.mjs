#!/usr/bin/env node
/** Compiles to dist/ and puts the files that are not code (card templates, pages, icons) beside it. */
import { spawnSync } from 'node:child_process';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './setup.mjs';

const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
const done = spawnSync(process.execPath, [tsc, '-p', join(ROOT, 'tsconfig.build.json')], {
  cwd: ROOT,
  stdio: ['ignore', 2, 2],
});
if (done.status !== 0) process.exit(done.status ?? 1);
const isAsset = /\.(json|html|css|js|svg|png)$/;
for (const folder of ['cards', 'sandbox', 'manifest']) {
  cpSync(join(ROOT, folder), join(ROOT, 'dist', folder), {
    recursive: true,
    filter: (from) => !/\.[a-z]+$/.test(from) || isAsset.test(from),
  });
}
