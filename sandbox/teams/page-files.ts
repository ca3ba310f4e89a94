/** Serves the page: our own files as they are, and the card and Markdown libraries from their packages. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { ServerResponse } from 'node:http';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const PAGE = fileURLToPath(new URL('./page/', import.meta.url));
const CARDS = join(dirname(require.resolve('adaptivecards/package.json')), 'dist');

const LIBRARIES: Readonly<Record<string, string>> = {
  'adaptivecards.min.js': join(CARDS, 'adaptivecards.min.js'),
  'markdown-it.min.js': require.resolve('markdown-it/browser'),
};
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};
/** Nothing but this server is asked for anything; card text can bring no script. */
const POLICY = [
  "default-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** @returns false when the path names no file of the page */
export async function servePage(pathname: string, res: ServerResponse): Promise<boolean> {
  const file = fileFor(pathname);
  if (file === undefined) return false;
  let content: Buffer;
  try {
    content = await readFile(file);
  } catch {
    return false;
  }
  res
    .writeHead(200, {
      'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
      'cache-control': 'no-cache',
      'content-security-policy': POLICY,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    })
    .end(content);
  return true;
}

function fileFor(pathname: string): string | undefined {
  if (pathname === '/') return join(PAGE, 'index.html');
  if (pathname === '/render') return join(PAGE, 'render.html');
  if (pathname === '/favicon.ico') return join(PAGE, 'icon.svg');
  const library = /^\/lib\/([a-z.-]+)$/.exec(pathname)?.[1];
  if (library !== undefined) return Object.hasOwn(LIBRARIES, library) ? LIBRARIES[library] : undefined;
  const own = /^\/page\/([a-z-]+\.(?:js|css|svg))$/.exec(pathname)?.[1];
  return own === undefined ? undefined : join(PAGE, own);
}
