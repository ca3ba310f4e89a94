/** Small private files of the sandbox: written whole or not at all, readable by their owner only. */
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { z } from 'zod';

/** Creates the folder (0700) when it is missing. @returns its path */
export function privateFolder(...parts: string[]): string {
  const folder = join(...parts);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return folder;
}

/** Replaces the file in one step, with mode 0600, so that a crash leaves the old or the new content. */
export function writePrivate(file: string, content: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.${randomBytes(4).toString('hex')}`;
  writeFileSync(draft, content, { mode: 0o600 });
  chmodSync(draft, 0o600);
  renameSync(draft, file);
}

/**
 * @returns the file's parsed content, or undefined when there is none
 * @throws when the file is there and is not what the schema says: a damaged world is not silently replaced
 */
export function readState<T>(file: string, schema: z.ZodType<T>): T | undefined {
  if (!existsSync(file)) return undefined;
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new Error(`${file} is not JSON; delete the sandbox's data folder to begin anew`, { cause });
  }
  const parsed = schema.safeParse(content);
  if (parsed.success) return parsed.data;
  throw new Error(`${file} is damaged; delete the sandbox's data folder to begin anew`, {
    cause: parsed.error,
  });
}

/** Writes `value` as JSON with {@link writePrivate}. */
export function writeState(file: string, value: unknown): void {
  writePrivate(file, `${JSON.stringify(value, null, 2)}\n`);
}
