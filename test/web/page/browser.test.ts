import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { axeFindings } from '../../support/axe.ts';
import { NO_CHROMIUM, openPage, startChromium, tooWide } from '../../support/chromium.ts';
import { hostilePages } from './hostile-pages.ts';
import { Site, samplePages } from './site.ts';

const PATHS = Object.keys(samplePages());
const PHONE = { width: 360, height: 740 };

describe('the pages in a browser', { skip: NO_CHROMIUM }, () => {
  const cleanup: (() => unknown)[] = [];
  let browser: Browser;
  let site: Site;

  before(async () => {
    browser = await startChromium({ after: (action) => cleanup.push(action as () => unknown) });
    site = await Site.listen();
  });
  after(async () => {
    await site[Symbol.asyncDispose]();
    for (const action of cleanup) await action();
  });

  for (const colorScheme of ['light', 'dark'] as const) {
    test(`axe finds nothing on any page, wide or on a phone: ${colorScheme}`, async () => {
      for (const viewport of [{ width: 1_440, height: 900 }, PHONE]) {
        // axe is injected past the policy, which the pages themselves are held to.
        const { page, problems } = await openPage(browser, { colorScheme, viewport, bypassCSP: true });
        for (const path of PATHS) {
          await page.goto(site.origin + path);
          assert.deepEqual(await axeFindings(page), [], `${path} ${viewport.width}`);
        }
        assert.deepEqual(problems, []);
        await page.context().close();
      }
    });
  }

  test('every page keeps to the policy, and says nothing on the console', async () => {
    const { page, problems } = await openPage(browser);
    for (const path of PATHS) {
      await page.goto(site.origin + path);
      assert.notEqual(
        await page.evaluate(() => getComputedStyle(document.body).marginTop),
        '8px',
        'the style is there',
      );
    }
    assert.deepEqual(problems, []);
    await page.context().close();
  });

  test('no page scrolls sideways on a phone, with hostile names neither', async () => {
    const { page } = await openPage(browser, { viewport: PHONE, javaScriptEnabled: false });
    site.pages = { ...samplePages(), ...hostileSite() };
    for (const path of Object.keys(site.pages)) {
      await page.goto(site.origin + path);
      assert.ok((await tooWide(page)) <= 0, `${path} is ${await tooWide(page)} px too wide`);
    }
    site.pages = samplePages();
    await page.context().close();
  });

  test('tables are tables from 1024 px on, and nothing scrolls sideways', async () => {
    for (const width of [1_023, 1_024, 1_280]) {
      const { page } = await openPage(browser, { viewport: { width, height: 900 }, javaScriptEnabled: false });
      for (const path of PATHS) {
        await page.goto(site.origin + path);
        assert.ok((await tooWide(page)) <= 0, `${path} is ${await tooWide(page)} px too wide at ${width}`);
        const displays = await page.evaluate(() =>
          [...document.querySelectorAll('table.cards')].map((table) => getComputedStyle(table).display),
        );
        assert.ok(
          displays.every((display) => display === (width < 1_024 ? 'block' : 'table')),
          `${path}, ${width}`,
        );
      }
      await page.context().close();
    }
  });

  test('Tab reaches every link and control in the order of the page, and shows where it is', async () => {
    const { page } = await openPage(browser, { javaScriptEnabled: false });
    for (const path of PATHS) {
      await page.goto(site.origin + path);
      const wanted = await page.evaluate(focusable);
      assert.ok(wanted > 4);
      for (let index = 0; index < wanted; index += 1) {
        const { at, outline } = await tabFrom(page, index - 1);
        assert.equal(at, index, `${path}: the focus is elsewhere`);
        assert.ok(outline >= 2, `${path}: the focus cannot be seen on number ${index}`);
      }
    }
    await page.context().close();
  });

  test('the first Tab offers to skip the navigation, and Enter does it', async () => {
    const { page } = await openPage(browser);
    await page.goto(`${site.origin}/alerts`);
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate(() => document.activeElement?.textContent), 'Skip to content');
    const box = await page.locator('.skip').boundingBox();
    assert.ok(box !== null && box.y >= 0 && box.x >= 0, 'it can be seen');
    await page.keyboard.press('Enter');
    assert.equal(await page.evaluate(() => document.activeElement?.id), 'main');
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('name')), 'stream');
    await page.context().close();
  });

  test('why a handler did not fire opens by keyboard, without JavaScript', async () => {
    const { page } = await openPage(browser, { javaScriptEnabled: false });
    await page.goto(site.origin);
    const why = page.getByText('at least 7 is asked for').first();
    assert.equal(await why.isVisible(), false);
    await page.locator('summary', { hasText: 'email-team: not fired' }).first().focus();
    await page.keyboard.press('Enter');
    assert.equal(await why.isVisible(), true);
    await page.context().close();
  });
});

/** The parts of a date are stops of their own: goes on until the focus has left the element. */
async function tabFrom(page: Page, from: number): Promise<{ at: number; outline: number }> {
  for (let presses = 0; presses < 8; presses += 1) {
    await page.keyboard.press('Tab');
    const reached = await page.evaluate(focused);
    if (reached.at !== from) return reached;
  }
  throw new Error('Tab does not leave an element');
}

function hostileSite(): Record<string, string> {
  const pages = [0, 5, 9].flatMap((first) =>
    Object.entries(hostilePages(first)).map(([name, html]) => [`/${name}-${first}`, html]),
  );
  return Object.fromEntries(pages);
}

/** Runs in the browser: numbers what Tab should stop at, in the order of the page. */
function focusable(): number {
  const found = [...document.querySelectorAll<HTMLElement>('a[href], button, input, select, summary, [tabindex="0"]')];
  const reachable = found.filter((element) => element.checkVisibility());
  for (const [index, element] of reachable.entries()) element.dataset.at = String(index);
  return reachable.length;
}

/** Runs in the browser. */
function focused(): { at: number; outline: number } {
  const element = document.activeElement as HTMLElement;
  const style = getComputedStyle(element);
  const outline = style.outlineStyle === 'none' ? 0 : Number.parseFloat(style.outlineWidth);
  return { at: Number(element.dataset.at), outline };
}
