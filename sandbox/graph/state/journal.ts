import { closeSync, existsSync, ftruncateSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Commit } from './types.js';

/**
 * Append-only log of commits, one JSON line each, behind a header that says which population they stand on.
 * A line is written before its commit can be seen, so a killed process loses nothing that it answered; a torn last line
 * (power cut) is dropped at the next start.
 */
export class Journal<Header> {
  private constructor(
    private readonly descriptor: number | null,
    readonly header: Header,
    /** Commits found at opening, oldest first. */
    readonly commits: readonly Commit[],
  ) {}

  /** @param file  null = keep nothing */
  static open<Header>(file: string | null, header: () => Header): Journal<Header> {
    if (file === null) return new Journal(null, header(), []);
    if (existsSync(file)) {
      const read = readLines(file);
      if (read.lines.length > 0) {
        const [head, ...commits] = read.lines;
        const descriptor = openSync(file, 'r+');
        ftruncateSync(descriptor, read.wholeBytes);
        closeSync(descriptor);
        return new Journal(openSync(file, 'a', 0o600), head as Header, commits as Commit[]);
      }
    }
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    const fresh = header();
    const descriptor = openSync(file, 'w', 0o600);
    writeSync(descriptor, `${JSON.stringify(fresh)}\n`);
    return new Journal(descriptor, fresh, []);
  }

  append(commit: Commit): void {
    if (this.descriptor !== null) writeSync(this.descriptor, `${JSON.stringify(commit)}\n`);
  }

  close(): void {
    if (this.descriptor !== null) closeSync(this.descriptor);
  }
}

function readLines(file: string): { lines: unknown[]; wholeBytes: number } {
  const bytes = readFileSync(file);
  const lines: unknown[] = [];
  let start = 0;
  for (;;) {
    const end = bytes.indexOf(10, start);
    if (end < 0) return { lines, wholeBytes: start };
    try {
      lines.push(JSON.parse(bytes.toString('utf8', start, end)));
    } catch {
      return { lines, wholeBytes: start };
    }
    start = end + 1;
  }
}
