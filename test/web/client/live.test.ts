import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { NO_CHROMIUM, openPage, startChromium } from '../../support/chromium.ts';
import { until } from '../../support/wait.ts';
import { ALERTS, QUIET, ROW, STATUS } from '../page/samples.ts';
import { Site, samplePages } from '../page/site.ts';

describe('the status page, live', { skip: NO_CHROMIUM }, () => {
  const cleanup: (() => unknown)[] = [];
  let browser: Browser;
  let site: Site;
  let page: Page;
  let problems: string[];

  before(async () => {
    browser = await startChromium({ after: (action) => cleanup.push(action as () => unknown) });
  });
  after(async () => {
    for (const action of cleanup) await action();
  });
  beforeEach(async (context) => {
    site = await Site.listen();
    ({ page, problems } = await openPage(browser));
    await page.goto(site.origin);
    await page.getByText('live 2026').waitFor();
    if ('after' in context)
      context.after(async () => {
        await page.context().close();
        await site[Symbol.asyncDispose]();
      });
  });

  test('shows an alert as it comes, and its delivery as it goes on', async () => {
    const handlers = ROW.handlers.slice(1).map((verdict) => ({ ...verdict, fired: true }));
    site.send('alert', { ...ROW, seq: 5121, id: 'a123456789abcdef', ivorn: 'ivo://a/new#1', handlers }, 5121);
    const first = page.locator('#alerts tbody tr').first();
    await first.getByText('ivo://a/new#1').waitFor();
    const delivery = { state: 'running', attempts: 1, dueAt: STATUS.now };
    site.send('delivery', { seq: 5121, id: 'a123456789abcdef', handler: 'email-team', delivery });
    await first.getByText('email-team: running').waitFor();
    await page.getByText('New alert: ivo://a/new#1').waitFor({ state: 'attached' });
    assert.deepEqual(problems, []);
  });

  test('keeps what is open, focused and selected while everything around it changes', async () => {
    const summary = page.locator('summary', { hasText: 'email-team: not fired' }).first();
    await summary.focus();
    await page.keyboard.press('Enter');
    await page.evaluate(() => {
      const text = document.querySelector('#alerts tbody a bdi');
      if (text !== null) getSelection()?.selectAllChildren(text);
    });
    for (const seq of [5121, 5122])
      site.send('alert', { ...ROW, seq, id: `${seq}3456789abcdef`, ivorn: `ivo://a/new#${seq}` }, seq);
    site.send('status', { ...QUIET, sources: STATUS.sources });
    await page.getByText('All is well').waitFor();
    await page.getByText('ivo://a/new#5122').first().waitFor();
    assert.equal(await page.getByText('at least 7 is asked for').first().isVisible(), false, 'of the new row');
    assert.equal(await page.locator('#alerts tbody tr').nth(2).getByText('at least 7 is asked for').isVisible(), true);
    assert.match(await page.evaluate(() => document.activeElement?.textContent ?? ''), /email-team/);
    assert.equal(await page.evaluate(() => getSelection()?.toString()), ROW.ivorn);
  });

  test('says the level in its title, and an alarm aloud', async () => {
    assert.equal(await page.title(), '● RED — voeventd');
    site.send('status', QUIET);
    await page.waitForFunction(() => document.title === 'OK — voeventd');
    site.send('status', { ...QUIET, level: 'red', concerns: STATUS.concerns });
    await page.waitForFunction(() => document.title === '● RED — voeventd');
    await page.locator('[role=alert]', { hasText: 'RED: source campus' }).waitFor({ state: 'attached' });
  });

  test('says when the connection is lost and that what it shows is old; what it missed is there when it comes back', async () => {
    site.apiCode = 503;
    site.cut();
    const banner = page.getByText('Connection to voeventd lost; trying again');
    await banner.waitFor();
    assert.match((await page.locator('.lost').textContent()) ?? '', /What is shown is from \d\d:\d\d:\d\d UTC\./);
    assert.equal(await page.locator('html.stale').count(), 1);
    assert.match((await page.locator('.as-of').textContent()) ?? '', /^stale, from/);
    await until(() => site.refusals > 0, 'the browser to be refused, after which it does not try again by itself');
    site.alerts = [{ ...ROW, seq: 6000, ivorn: 'ivo://a/missed#1' }, ...ALERTS];
    site.apiCode = 200;
    await page.getByText('ivo://a/missed#1').first().waitFor();
    await banner.waitFor({ state: 'detached' });
    assert.equal(await page.locator('html.stale').count(), 0);
  });

  test('shows the newest alerts alone when too many came at once', async () => {
    site.send('reset', [{ ...ROW, seq: 7000, ivorn: 'ivo://a/anew#1' }]);
    await page.getByText('ivo://a/anew#1').first().waitFor();
    assert.equal(await page.locator('#alerts tbody tr').count(), 1);
  });

  test('keeps the time, second by second', async () => {
    const asOf = page.locator('.as-of time');
    const before = await asOf.textContent();
    await page.waitForFunction((text) => document.querySelector('.as-of time')?.textContent !== text, before);
  });

  test('takes the page over without changing it', async () => {
    const bare = await openPage(browser, { javaScriptEnabled: false });
    site.pages = samplePages();
    await bare.page.goto(site.origin);
    const words = (text: string | null) =>
      text?.replace(/\s+/g, ' ').replaceAll(/\d+ (?:s|min|h|d)\b|\d\d:\d\d:\d\d|now/g, '…');
    assert.equal(words(await page.locator('main').textContent()), words(await bare.page.locator('main').textContent()));
    await bare.page.context().close();
  });
});
