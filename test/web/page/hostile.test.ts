import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { NO_CHROMIUM, openPage, startChromium } from '../../support/chromium.ts';
import { ATTACKS } from './hostile.ts';
import { hostilePages } from './hostile-pages.ts';

const FIRSTS = ATTACKS.map((_, index) => index);

test('no page holds a control character or one that turns text around, whatever the packets hold', () => {
  for (const first of FIRSTS) {
    for (const [name, html] of Object.entries(hostilePages(first))) {
      const found = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]/u.exec(
        withoutData(html),
      );
      assert.ok(found === null, `${name}: U+${found?.[0].charCodeAt(0).toString(16)} at ${found?.index}`);
    }
  }
});

test('a text of 100 kB is cut', () => {
  for (const [name, html] of Object.entries(hostilePages(0))) {
    const longest = Math.max(...(withoutData(html).match(/n+/g) ?? []).map(({ length }) => length));
    assert.ok(longest < 25_000, `${name}: ${longest}`);
  }
});

test('the data of the script cannot end its element, and reads back as it was', async () => {
  for (const first of FIRSTS) {
    const html = hostilePages(first).status ?? '';
    const block = /<script type="application\/json" id="data">([^<>]*)<\/script><\/body><\/html>\n$/.exec(html)?.[1];
    assert.ok(block !== undefined, 'nothing in the data looks like markup');
    assert.equal(typeof JSON.parse(block).status.version, 'string');
  }
});

describe('in a browser', { skip: NO_CHROMIUM }, () => {
  test('nothing of a packet becomes markup: no script, handler, style, odd link or element of its own', async (context) => {
    const browser = await startChromium(context);
    const { page } = await openPage(browser, { javaScriptEnabled: true, viewport: { width: 360, height: 700 } });
    await page.route('**/*', (route) => route.abort());
    for (const first of FIRSTS) {
      for (const [name, html] of Object.entries(hostilePages(first))) {
        await page.setContent(html, { waitUntil: 'domcontentloaded' });
        assert.deepEqual(
          await page.evaluate(whatIsWrong),
          [],
          `${name}, beginning with ${ATTACKS[first]?.slice(0, 40)}`,
        );
      }
    }
  });
});

/** What the script begins with is no markup, and it shows what it shows as the server does. */
function withoutData(html: string): string {
  return html.replace(/<script type="application\/json".*/s, '');
}

/** Runs in the browser. */
function whatIsWrong(): string[] {
  const wrong: string[] = [];
  const scripts = [...document.querySelectorAll('script')].filter(
    ({ type, id, src }) =>
      !(type === 'module' && src.endsWith('/assets/app.js')) && !(type === 'application/json' && id === 'data'),
  );
  if (scripts.length > 0) wrong.push('a script');
  if (document.querySelector('img, svg, iframe, object, embed, style, base') !== null) wrong.push('a foreign element');
  for (const element of document.querySelectorAll('*')) {
    for (const { name, value } of element.attributes) {
      if (name.startsWith('on') || name === 'style' || name === 'srcdoc') wrong.push(`${element.tagName} ${name}`);
      if ((name === 'href' || name === 'src' || name === 'action') && !/^(\/(?!\/)|#|https?:\/\/)/.test(value))
        wrong.push(value);
    }
    if (
      element instanceof HTMLAnchorElement &&
      element.host !== '' &&
      /^http/.test(element.getAttribute('href') ?? '')
    ) {
      if (element.rel !== 'noopener noreferrer nofollow') wrong.push(`rel of ${element.href}`);
    }
  }
  return wrong;
}
