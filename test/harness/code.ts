import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** The project's folder. */
export const ROOT = join(import.meta.dirname, '..', '..');

const SOURCES = ['bot', 'cards', 'services', 'sandbox'];

/**
 * What the child processes run: the build when it is as new as every source file (it starts faster), else the sources themselves, so
 * that no test passes on yesterday's code.
 */
export function codeToRun(): 'dist' | 'source' {
  const built = modified(join(ROOT, 'dist', '.built'));
  if (built === 0) return 'source';
  return SOURCES.every((folder) => newest(join(ROOT, folder)) <= built) ? 'dist' : 'source';
}

function newest(folder: string): number {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).reduce(
    (latest, name) => Math.max(latest, /\.(ts|json)$/.test(name) ? modified(join(folder, name)) : 0),
    0,
  );
}

function modified(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
