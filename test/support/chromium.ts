import { existsSync } from 'node:fs';
import type { TestContext } from 'node:test';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

const EXECUTABLE = '/usr/bin/chromium';
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Why tests in a browser are skipped: one line; false when they run. With `CI=true` they run, and fail without it. */
export const NO_CHROMIUM: string | false =
  existsSync(EXECUTABLE) || process.env.CI === 'true' ? false : `${EXECUTABLE} is not there`;

/** A headless Chromium that is closed when the test ends. */
export async function startChromium(context: Pick<TestContext, 'after'>): Promise<Browser> {
  const browser = await chromium.launch({ executablePath: EXECUTABLE, headless: true, args: FLAGS });
  context.after(() => browser.close());
  return browser;
}

/** A page in a profile of its own, and what went wrong in it: uncaught errors, and what the console calls errors. */
export async function openPage(
  browser: Browser,
  options: BrowserContextOptions = {},
): Promise<{ page: Page; problems: string[] }> {
  const profile = await browser.newContext({ reducedMotion: 'reduce', ...options });
  const page = await profile.newPage();
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text());
  });
  return { page, problems };
}

/** By how many pixels the page is wider than the window; no more than 0 where it does not scroll sideways. */
export const tooWide = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
