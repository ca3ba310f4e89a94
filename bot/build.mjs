#!/usr/bin/env node
/**
 * Compiles to dist/ and puts the files that are not code (card templates, pages, icons) beside it, in about a second. What did not
 * change is not written, and what has lost its source is taken away, so this is safe beside a running product. Types are checked by
 * `npm test`, not here: that takes many times as long, and whoever only wants to start the product need not wait for it.
 */
import { transformFileSync } from '@swc/core';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';
import { ROOT } from './setup.mjs';

// A folder that cannot be written, a source that does not compile: the message says it, a stack would hide it.
process.on('uncaughtException', (error) => {
  console.error(`The build stopped: ${error.message}`);
  process.exit(1);
});

const DIST = join(ROOT, 'dist');
const FOLDERS = JSON.parse(readFileSync(join(ROOT, 'tsconfig.build.json'), 'utf8')).include;
const isCode = /(?<!\.d)\.ts$/;
const isAsset = /\.(json|html|css|js|svg|png)$/;
const withAssets = new Set(['cards', 'sandbox', 'manifest']);
const DRAFT = '.draft';

/** @returns {string[]} all files below a folder */
function filesIn(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
}

/** Whole or not at all, so that a process that starts meanwhile never reads half a file. */
function write(file, content) {
  const bytes = Buffer.from(content);
  if (existsSync(file) && readFileSync(file).equals(bytes)) return;
  mkdirSync(dirname(file), { recursive: true });
  const draft = `${file}.${process.pid}${DRAFT}`;
  writeFileSync(draft, bytes);
  renameSync(draft, file);
}

function compile(source, built) {
  const { code, map } = transformFileSync(source, {
    swcrc: false,
    configFile: false,
    sourceMaps: true,
    sourceFileName: relative(dirname(built), source),
    jsc: {
      target: 'es2022',
      parser: { syntax: 'typescript' },
      experimental: { keepImportAttributes: true },
    },
    module: { type: 'es6' },
  });
  write(`${built}.map`, map);
  write(built, `${code}//# sourceMappingURL=${basename(built)}.map\n`);
}

const begunAt = new Date();
const stamp = join(DIST, '.built');
const wanted = new Set([stamp]);
for (const source of FOLDERS.flatMap((folder) => filesIn(join(ROOT, folder)))) {
  const path = relative(ROOT, source);
  const code = isCode.test(path);
  if (!code && !(isAsset.test(path) && withAssets.has(path.split(sep)[0]))) continue;
  const built = join(DIST, code ? path.replace(isCode, '.js') : path);
  wanted.add(built);
  if (code) wanted.add(`${built}.map`);
  if (code) compile(source, built);
  else write(built, readFileSync(source));
}
for (const file of filesIn(DIST))
  if (!wanted.has(file) && !file.endsWith(DRAFT)) rmSync(file, { force: true });
// Its time tells tests whether the build is as new as every source.
writeFileSync(stamp, '');
utimesSync(stamp, begunAt, begunAt);
