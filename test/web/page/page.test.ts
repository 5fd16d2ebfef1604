import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { h } from 'preact';
import { alertPage } from '../../../src/web/page/alert-page.ts';
import { renderDocument } from '../../../src/web/page/document.ts';
import { listPage } from '../../../src/web/page/list-page.ts';
import { levelTitle } from '../../../src/web/page/mark.ts';
import { shownBytes } from '../../../src/web/page/numbers.ts';
import { hours, radius, signedDegrees, signedSexagesimal } from '../../../src/web/page/sky.ts';
import { renderStatusDocument } from '../../../src/web/page/status-document.ts';
import { relative, span, utc } from '../../../src/web/page/time.ts';
import { ALERTS, CHOICES, DETAIL, FEED_LINKS, NOW, PAGE, PRETTY, QUIET, STATUS } from './samples.ts';

/** What a person reads: the text of the page, without its markup. */
function textOf(html: string): string {
  return html
    .replace(/<(script|title|noscript)[^>]*>.*?<\/\1>/gs, '')
    .replace(/<\/(p|h1|h2|li|td|th|dt|dd|div|caption)>/g, '\n')
    .replace(/<[^>]+>/g, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&amp;', '&');
}

const rendered = (main: Parameters<typeof renderDocument>[0]['main']) => renderDocument({ title: '', main });

describe('the status page', () => {
  const html = renderStatusDocument({ status: STATUS, alerts: ALERTS }, FEED_LINKS);
  const text = textOf(html);

  test('begins with what is red, then what is a warning, before even the navigation', () => {
    const [red, warning, navigation] = ['RED: source campus: silent', 'WARNING: handler slew: one', 'Feeds'].map(
      (word) => text.indexOf(word),
    );
    assert.ok(red !== undefined && warning !== undefined && navigation !== undefined);
    assert.ok(red > 0 && red < warning && warning < navigation);
    assert.match(html, /<title>● RED — voeventd<\/title>/);
  });

  test('says in one line that all is well when nothing is the matter', () => {
    const quiet = textOf(renderStatusDocument({ status: QUIET, alerts: [] }));
    assert.match(quiet, /^\s*Skip to content\s+All is well\s+as of 2026-11-27 05:43:12 UTC/);
    assert.match(quiet, /No alerts\./);
  });

  test('tells of each source its state, its silence and its rates', () => {
    assert.match(text, /campus\s*vtp 10\.20\.0\.7:8099\s+● waiting\s*for 12 min, since 05:31:08 UTC/);
    assert.match(text, /connects again in 17 s 05:43:29 UTC/);
    assert.match(text, /18,211\s*91\.2 MB, 17 duplicates/);
  });

  test('leaves the day out of times that are kept fresh, where it is today’s', () => {
    assert.match(text, /\n43 min ago 05:00:00 UTC\n/);
    assert.match(text, /\n6 h 30 min ago 2026-11-26 23:13:12 UTC\n/);
    assert.match(html, /<time datetime="2026-11-27T05:00:00\.000Z"><span class="whole">05:00:00 UTC<\/span>/);
  });

  test('breaks an identifier where it has parts, and says the stream where the identifier does not', () => {
    assert.match(html, /<bdi>ivo:\/\/<wbr\/?>nasa\.gsfc\.gcn\/<wbr\/?>SWIFT#<wbr\/?>BAT_GRB_Pos_1151388-814<\/bdi>/);
    assert.match(text, /BAT_GRB_Pos_1151388-814observationfrom gcn/);
    const [row = { seq: 0 }] = ALERTS;
    const renamed = { ...row, ivorn: 'S261127ab', stream: 'igwn.gwalert' } as (typeof ALERTS)[number];
    const other = textOf(renderStatusDocument({ status: STATUS, alerts: [renamed] }));
    assert.match(other, /S261127abobservationigwn\.gwalertfrom gcn/);
  });

  test('tells of each alert whether each handler fired, how it ended, and why', () => {
    assert.match(
      text,
      /slew: done\s*The rule holds: alert\.errorRadius < 0\.5 && alert\.dec > -30\.\s+exit 0: slewing/,
    );
    assert.match(text, /email-team: not fired\s*The rule does not hold/);
    assert.match(text, /slew: dead/);
    assert.match(text, /not decided yet/);
  });

  test('marks tests and quarantined alerts in words', () => {
    assert.match(text, /TEST#4pisky[^\n]*TEST/);
    assert.match(text, /3123456789abcdefQUARANTINE\s*from campus\s*Cannot read the packet: line 4/);
  });

  test('names the feeds for programs, and runs no script but ours', () => {
    assert.match(
      html,
      /<link rel="alternate" type="application\/atom\+xml" title="All alerts" href="\/feeds\/all.atom"/,
    );
    assert.deepEqual(html.match(/<script[^>]*>/g), [
      '<script type="module" src="/assets/app.js">',
      '<script type="application/json" id="data">',
    ]);
  });
});

describe('the page of an alert', () => {
  const html = rendered(alertPage(DETAIL, PRETTY));
  const text = textOf(html);

  test('gives position and times as astronomers read them', () => {
    assert.match(text, /83\.63310° = 05:34:31\.94/);
    assert.match(text, /\+22\.01450° = \+22:00:52\.2/);
    assert.match(text, /1\.2e-9 per second \(one in 26 years\)/);
  });

  test('links citations both ways, and says what is not in the journal', () => {
    assert.match(html, /<a href="\/alerts\/9123456789abcdef">/);
    assert.match(html, /<a href="\/alerts\/8123456789abcdef">/);
    assert.match(text, /elsewhere#1\s*not in the journal/);
  });

  test('makes links of web addresses only', () => {
    const links = html.match(/<a href="(?!\/|#)[^>]*>/g) ?? [];
    assert.equal(links.length, 4);
    for (const link of links) assert.match(link, /^<a href="https?:[^"]*" rel="noopener noreferrer nofollow">$/);
    assert.match(text, /ivo:\/\/org\.example\/more/);
  });

  test('offers the packet as XML only where it is', () => {
    assert.match(html, /href="\/alerts\/0123456789abcdef\.xml"/);
    const json = rendered(alertPage({ ...DETAIL, format: 'gcn' }, { text: '{}', language: 'json', isCut: false }));
    assert.doesNotMatch(json, /\.xml"/);
    assert.match(json, /href="\/alerts\/0123456789abcdef\.raw"/);
    assert.doesNotMatch(textOf(json), /This is its beginning/);
  });

  test('of a quarantined alert says why it cannot be read, and shows its bytes', () => {
    const { alert: _, ...rest } = DETAIL;
    const quarantined = rendered(
      alertPage(
        { ...rest, handlers: [], problem: 'no root element' },
        { text: 'a\tb\r\nc', language: 'text', isCut: false },
      ),
    );
    assert.match(textOf(quarantined), /Quarantined: it cannot be read\. no root element/);
    assert.match(textOf(quarantined), /a\tb\nc/);
  });
});

describe('the list of alerts', () => {
  test('keeps what it was asked for in its form and its links', () => {
    const html = rendered(listPage(PAGE, { stream: 'a/b c&d', date: '2026-03-01', before: '9' }, CHOICES));
    assert.match(html, /<option value="a\/b c&amp;d" selected>/);
    assert.match(html, /<input type="date" name="date" value="2026-03-01"/);
    assert.match(html, /href="\/alerts\?stream=a%2Fb\+c%26d&amp;date=2026-02-28" rel="prev"/);
    assert.match(html, /href="\/alerts\?stream=a%2Fb\+c%26d&amp;date=2026-03-02" rel="next"/);
    assert.match(html, /href="\/alerts\?stream=a%2Fb\+c%26d&amp;date=2026-03-01&amp;before=5115"/);
  });

  test('leads nowhere when there is nothing more, and ignores a day that is none', () => {
    const html = rendered(listPage({ alerts: [] }, { date: '2026-02-31x' }, CHOICES));
    assert.match(textOf(html), /No alerts\./);
    assert.doesNotMatch(html, /Older alerts|rel="prev"/);
  });
});

test('a document names its page, and has one main part', () => {
  const html = renderDocument({ title: 'A <b> & c', main: h('p', null, 'x'), current: '/feeds' });
  assert.match(html, /^<!doctype html>\n<html lang="en"><head><meta charset="utf-8"/);
  assert.match(html, /<title>A &lt;b> &amp; c<\/title>/);
  assert.match(html, /<a href="\/feeds" aria-current="page">/);
  assert.equal(html.match(/<main/g)?.length, 1);
  assert.doesNotMatch(html, /<script/);
});

test('times are absolute in UTC, and relative in two units at most', () => {
  assert.equal(utc('2026-11-27T05:40:12.999Z'), '2026-11-27 05:40:12 UTC');
  assert.equal(utc('yesterday'), undefined);
  const spans = [0, 59_999, 60_000, 3_599_000, 3_600_000, 7_500_000, 86_400_000 * 3.5, 86_400_000 * 12.9, Number.NaN];
  assert.deepEqual(spans.map(span), ['0 s', '59 s', '1 min', '59 min', '1 h', '2 h 5 min', '3 d 12 h', '12 d', '0 s']);
  const now = Date.parse(NOW);
  assert.deepEqual(
    ['2026-11-27T05:40:12Z', '2026-11-27T05:43:12.5Z', '2026-11-27T05:43:24Z', 'x'].map((time) => relative(time, now)),
    ['3 min ago', 'now', 'in 12 s', ''],
  );
});

test('angles never read 60 minutes or seconds, and a minus can be pasted', () => {
  assert.deepEqual([0, 359.999_999_99, 83.6331].map(hours), ['00:00:00.00', '00:00:00.00', '05:34:31.94']);
  assert.deepEqual([-0.000_001, -43.0191, 89.999_999_9].map(signedSexagesimal), [
    '-00:00:00.0',
    '-43:01:08.8',
    '+90:00:00.0',
  ]);
  assert.equal(signedDegrees(-43.0191), '-43.0191');
  assert.deepEqual([8.42, 0.05, 0.0004, 0].map(radius), ['8.42°', '3′', '1.44″', '0°']);
});

test('sizes and titles', () => {
  assert.deepEqual([0, 999, 1_000, 999_500, 412_300_288].map(shownBytes), [
    '0 B',
    '999 B',
    '1.0 kB',
    '1.0 MB',
    '412 MB',
  ]);
  assert.deepEqual((['ok', 'warning', 'red'] as const).map(levelTitle), [
    'OK — voeventd',
    '▲ WARNING — voeventd',
    '● RED — voeventd',
  ]);
});
