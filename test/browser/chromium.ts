import { join } from 'node:path';

export const IMAGES = join(process.cwd(), 'doc', 'images');
/** Set by `npm run pictures`: the pictures of doc/images are taken anew. */
export const TAKES_PICTURES = process.env.REWIND_PICTURES === '1';
export const CHROMIUM_PATH = process.env.CHROMIUM ?? '/usr/bin/chromium';
/** Nothing that leaves this machine, nothing that needs a desktop. */
export const CHROMIUM = [
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
