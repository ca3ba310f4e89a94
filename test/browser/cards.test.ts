import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { chromium, type Browser, type CDPSession, type Page } from 'playwright-core';
import { z } from 'zod';
import { startSandbox, type RunningSandbox } from '../../sandbox/sandbox.js';
import { parseOptions } from '../../sandbox/options.js';
import { CHROMIUM, CHROMIUM_PATH, IMAGES, TAKES_PICTURES } from './chromium.js';

const GOLDEN = join(process.cwd(), 'test', 'golden');
const SHEETS = join(IMAGES, 'cards');
/** Of which card each sheet was taken, by the hash of what the card holds: a sheet of yesterday's card is found out. */
const INDEX = join(SHEETS, 'index.json');
const THEMES = ['light', 'dark'] as const;
/** A phone, and a chat at desktop width; pixels. */
const WIDTHS = [360, 560] as const;
const GAP = 16;
const SHEET_WIDTH = WIDTHS[0] + WIDTHS[1] + 3 * GAP;
/** Of WebP: letters stay sharp, a sheet stays small. */
const QUALITY = 40;
/** Served from the page's own address, as its content policy demands. */
const IN_PAGE = {
  path: join(process.cwd(), 'test', 'browser', 'in-page.js'),
  address: '/page/in-page.js',
};

const cases = readdirSync(GOLDEN, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .flatMap(({ name: card }) =>
    readdirSync(join(GOLDEN, card))
      .filter((file) => file.endsWith('.json'))
      .map((file) => [card, file.replace('.json', '')] as const),
  )
  .toSorted();

/** The case that a card's sheet shows: what people see most. */
const shown = (card: string): string => {
  const names = cases.filter(([of]) => of === card).map(([, name]) => name);
  return names.includes('typical') ? 'typical' : (names[0] ?? '');
};

describe('every card, light and dark, on a phone and on a desktop', () => {
  let sandbox: RunningSandbox;
  let browser: Browser;
  let pages: readonly Page[];
  let camera: CDPSession;
  const complaints: string[] = [];
  const taken: Record<string, string> = {};

  beforeAll(async () => {
    sandbox = await startSandbox(parseOptions(['--any-ports', '--users', '10']), () => {});
    browser = await chromium.launch({ executablePath: CHROMIUM_PATH, args: CHROMIUM });
    pages = await Promise.all(THEMES.map((theme) => openPage(theme)));
    const blank = await browser.newPage();
    camera = await blank.context().newCDPSession(blank);
    if (TAKES_PICTURES) {
      rmSync(SHEETS, { recursive: true, force: true });
      mkdirSync(SHEETS, { recursive: true });
    }
  });

  afterAll(async () => {
    await browser?.close();
    await sandbox?.close();
    if (TAKES_PICTURES) writeFileSync(INDEX, `${JSON.stringify(taken, null, 2)}\n`);
  });

  async function openPage(theme: string): Promise<Page> {
    const page = await browser.newPage({
      viewport: { width: SHEET_WIDTH, height: 200 },
      locale: 'en-GB',
      timezoneId: 'Europe/Berlin',
      reducedMotion: 'reduce',
    });
    await page.route(`**${IN_PAGE.address}`, (route) =>
      route.fulfill({ path: IN_PAGE.path, contentType: 'text/javascript' }),
    );
    await page.goto(`${sandbox.ready.teams}/render?id=none&theme=${theme}`);
    await page.addScriptTag({ url: IN_PAGE.address, type: 'module' });
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(`console: ${message.text()}`);
    });
    page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
    return page;
  }

  test.each(cases)('[C3] %s, %s: drawn whole, nothing wider than its place', async (card, name) => {
    const json = readFileSync(join(GOLDEN, card, `${name}.json`), 'utf8');
    complaints.length = 0;
    const drawn = await Promise.all(pages.map((page) => draw(page, JSON.parse(json))));
    expect(complaints).toEqual([]);
    expect(drawn.flatMap(({ tooWide }) => tooWide)).toEqual([]);
    expect(drawn.flatMap(({ ragged }) => ragged)).toEqual([]);
    for (const { texts } of drawn) expect(texts).toBeGreaterThan(0);
    if (!TAKES_PICTURES || name !== shown(card)) return;
    writeFileSync(join(SHEETS, `${card}.webp`), await sheet(pages, camera));
    taken[card] = hashOf(json);
  });

  test('doc/images/cards shows every card as it is today', () => {
    if (TAKES_PICTURES) return;
    const today = [...new Set(cases.map(([card]) => card))].map((card) => [
      card,
      hashOf(readFileSync(join(GOLDEN, card, `${shown(card)}.json`), 'utf8')),
    ]);
    expect(JSON.parse(readFileSync(INDEX, 'utf8'))).toEqual(Object.fromEntries(today));
  });
});

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 12);

/** What in-page.js says of one drawn card. */
const drawnSchema = z.strictObject({
  /** Elements with text, at the width that shows fewest. */
  texts: z.number(),
  /** 'dark 360: "long text"' for each element that sticks out of the card or is cut. */
  tooWide: z.array(z.string()),
  /** Lists of choices whose labels do not stand below one another. */
  ragged: z.array(z.string()),
});

/** Draws the card once per width, side by side, by the function that in-page.js has put on the window. */
const draw = async (page: Page, card: unknown): Promise<z.infer<typeof drawnSchema>> =>
  drawnSchema.parse(
    await page.evaluate(`window.drawCard(${JSON.stringify({ card, widths: WIDTHS, gap: GAP })})`),
  );

/** What the pages show, one below the other, as one WebP. */
async function sheet(pages: readonly Page[], camera: CDPSession): Promise<Buffer> {
  const shots = await Promise.all(
    pages.map((page) => page.screenshot({ fullPage: true, animations: 'disabled' })),
  );
  const images = shots.map(
    (shot) => `<img style="display:block" src="data:image/png;base64,${shot.toString('base64')}">`,
  );
  const { frameTree } = await camera.send('Page.getFrameTree');
  await camera.send('Page.setDocumentContent', {
    frameId: frameTree.frame.id,
    html: `<body style="margin:0">${images.join('')}</body>`,
  });
  const { result } = await camera.send('Runtime.evaluate', {
    expression:
      'Promise.all([...document.images].map((image) => image.decode())).then(() => document.body.scrollHeight)',
    awaitPromise: true,
    returnByValue: true,
  });
  const { data } = await camera.send('Page.captureScreenshot', {
    format: 'webp',
    quality: QUALITY,
    captureBeyondViewport: true,
    clip: { x: 0, y: 0, width: SHEET_WIDTH, height: z.number().parse(result.value), scale: 1 },
  });
  return Buffer.from(data, 'base64');
}
