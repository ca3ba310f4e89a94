import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type Locator, type Page, type Request } from 'playwright-core';
import { startStage, type Stage } from '../../bot/demo/stage.js';
import { playTwoWeeks } from '../../bot/demo/two-weeks.js';
import { watchedNetwork } from '../harness/world.js';
import { CHROMIUM, CHROMIUM_PATH, IMAGES, TAKES_PICTURES } from './chromium.js';

const ROOT = process.cwd();
/** Generous: a busy machine is no failure. */
const APPEARS_WITHIN_MS = 60_000;
const QUIET_IN_MS = 500;
const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/** The running demo with a browser in front of it; everything that a page complains about is kept in `complaints`. */
export class Desk {
  readonly complaints: string[] = [];

  private constructor(
    readonly stage: Stage,
    private readonly browser: Browser,
    private readonly dataDir: string,
    /** Hosts off this machine that the service has tried to reach. */
    readonly foreignHosts: () => readonly string[],
  ) {}

  /** Starts the built demo at its morning (Saturday 21 Nov 2026, 09:50) and a browser. */
  static async open(): Promise<Desk> {
    const dataDir = mkdtempSync(join(tmpdir(), 'rewind-browser-'));
    const network = watchedNetwork(dataDir);
    const stage = await startStage({
      dataDir,
      root: ROOT,
      code: 'dist',
      today: '2026-11-21',
      sandboxArgs: ['--any-ports'],
      servicePort: 0,
      serviceEnv: network.env,
    });
    try {
      await playTwoWeeks(stage, () => {});
      const browser = await chromium.launch({ executablePath: CHROMIUM_PATH, args: CHROMIUM });
      return new Desk(stage, browser, dataDir, network.foreignHosts);
    } catch (error) {
      await stage.stop();
      throw error;
    }
  }

  /** A page of its own at the demo page; `address` like '?pane=Hanna&pane=Arun'. */
  async page(
    address: string,
    size: { readonly width: number; readonly height: number } = { width: 1440, height: 900 },
  ): Promise<Page> {
    const page = await this.browser.newPage({ viewport: size, locale: 'en-GB', reducedMotion: 'reduce' });
    page.setDefaultTimeout(APPEARS_WITHIN_MS);
    page.on('console', (message) => {
      if (message.type() === 'error') this.complaints.push(`console: ${message.text()}`);
    });
    page.on('pageerror', (error) => this.complaints.push(`error: ${error.message}`));
    page.on('request', (request) => {
      const url = new URL(request.url());
      if (url.protocol !== 'data:' && url.protocol !== 'blob:' && !LOOPBACK.has(url.hostname))
        this.complaints.push(`request off this machine: ${url.origin}`);
    });
    await page.goto(`${this.stage.sandbox.teams}/${address}`);
    await page.locator('.pane').first().waitFor();
    return page;
  }

  /** Does to the tenant what somebody else would do meanwhile. */
  async meanwhile(...steps: readonly Record<string, unknown>[]): Promise<void> {
    await this.stage.control('damage', { steps });
  }

  /** Keeps a picture of what is on the screen, when pictures are wanted. */
  async picture(name: string, of: Page | Locator): Promise<void> {
    if (!TAKES_PICTURES) return;
    mkdirSync(IMAGES, { recursive: true });
    await of.screenshot({ path: join(IMAGES, `${name}.png`), animations: 'disabled' });
  }

  /** The newest card with `text` in this person's chat, drawn alone; every card by itself is in doc/images/cards (cards.test.ts). */
  async pictureOfCard(name: string, as: string, text: string): Promise<void> {
    if (!TAKES_PICTURES) return;
    const query = new URLSearchParams({ as, match: text, timeoutMs: '5000' }).toString();
    const { card } = (await this.stage.control(`wait?${query}`)) as { readonly card?: unknown };
    if (card === undefined) throw new Error(`${as} sees "${text}" without a card`);
    const { path } = (await this.stage.control('render', { card })) as { path: string };
    const page = await this.browser.newPage({
      viewport: { width: 640, height: 400 },
      reducedMotion: 'reduce',
    });
    await page.goto(`${this.stage.sandbox.teams}${path}&theme=light&width=640`);
    await page.locator('#card[data-ready]').waitFor();
    await this.picture(name, page.locator('#card'));
    await page.close();
  }

  async close(): Promise<void> {
    await this.browser.close();
    await this.stage.stop();
    rmSync(this.dataDir, { recursive: true, force: true });
  }
}

/** What the page sends when a button of a card is pressed. */
export const isPress = (request: Request): boolean => new URL(request.url()).pathname === '/_sandbox/act';

/** One person's chat on a page: types, reads the newest card that says something, clicks in it. */
export class Chat {
  readonly pane: Locator;

  constructor(
    readonly page: Page,
    readonly person: string,
  ) {
    this.pane = page.locator(`section.pane[aria-label$=", as ${person}"]`);
  }

  async say(text: string): Promise<void> {
    const box = this.pane.getByRole('textbox', { name: `Message as ${this.person}` });
    await box.fill(text);
    await box.press('Enter');
  }

  /** The newest card that shows all of these texts; waits for it, and tells what stands there when it does not come. */
  async card(...texts: readonly (string | RegExp)[]): Promise<Locator> {
    let cards = this.pane.locator('.card');
    for (const text of texts) cards = cards.filter({ hasText: text });
    const card = cards.last();
    await card.waitFor({ timeout: APPEARS_WITHIN_MS }).catch(async (error: unknown) => {
      const last = (await this.pane.locator('.message').allInnerTexts()).slice(-3).join('\n---\n');
      throw new Error(`${this.person} does not see ${texts.join(' + ')}; the newest messages:\n${last}`, {
        cause: error,
      });
    });
    return card;
  }

  /** Presses a button that asks the bot, and waits for its answer. */
  async click(card: Locator, button: string): Promise<void> {
    const target = card.getByRole('button', { name: button, exact: true });
    await target.waitFor({ timeout: APPEARS_WITHIN_MS });
    await this.settled();
    const pressed = this.page.waitForRequest(isPress);
    const [request] = await Promise.all([pressed, target.click()]);
    const answer = await request.response();
    if (!answer?.ok())
      throw new Error(`"${button}" was answered ${answer?.status()}: ${await answer?.text()}`);
  }

  /** Presses a button that only unfolds a part of the card. */
  async open(card: Locator, button: string): Promise<void> {
    await card.getByRole('button', { name: button, exact: true }).waitFor();
    await this.settled();
    await card.getByRole('button', { name: button, exact: true }).click();
  }

  /** A card may be drawn twice after a click (its answer, then the edited message): as a person, look before pressing. */
  private async settled(): Promise<void> {
    await this.pane.getByRole('log').evaluate(
      (log, quietInMs) =>
        new Promise<void>((resolve) => {
          const done = () => {
            watch.disconnect();
            resolve();
          };
          let timer = setTimeout(done, quietInMs);
          const watch = new log.ownerDocument.defaultView!.MutationObserver(() => {
            clearTimeout(timer);
            timer = setTimeout(done, quietInMs);
          });
          watch.observe(log, { childList: true, subtree: true, attributes: true, characterData: true });
        }),
      QUIET_IN_MS,
    );
  }
}
