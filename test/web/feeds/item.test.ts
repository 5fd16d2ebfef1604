import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { feedItem } from '../../../src/web/feeds/item.ts';
import { FULL_2_0, voevent } from '../../support/packets.ts';
import { packet } from '../../support/play.ts';
import { BASE, RECEIVED_AT, read } from './rows.ts';

const fixture = (path: string): Buffer => readFileSync(join(import.meta.dirname, '../../fixtures', path));
const itemOf = (bytes: Buffer | string, topic?: string) => {
  const { row, alert } = read(bytes, topic);
  return { ...feedItem(row, alert, BASE), row };
};

describe('the item of an alert', () => {
  it('is called as the alert is, and leads to its page and to its bytes', () => {
    const { row, title, link, enclosure } = itemOf(FULL_2_0);
    assert.equal(title, 'ivo://org.example/survey/fast#2026-abc');
    assert.equal(link, `${BASE}/alerts/${row.id}`);
    assert.deepEqual(enclosure, { url: `${link}.xml`, type: 'application/xml+voevent', length: FULL_2_0.length });
  });

  it('says what the alert says, in one line', () => {
    assert.equal(
      itemOf(FULL_2_0).description,
      'New, role observation. Stream org.example/survey/fast, by Survey. Event at 2026-11-22T09:59:58.1234Z. ' +
        'RA 83.6331° Dec −22.0145° ± 0.05°. Importance 0.95. A fast <transient> & more.',
    );
    assert.equal(
      itemOf(packet('1', { what: '<Param name="Packet_Type" value="61"/>' })).description,
      'Packet type 61, new, role observation. Stream org.example/e2e, by ivo://org.example. ' +
        'Event at 2026-11-22T01:02:03.000Z. RA 74.7412° Dec −9.3137° ± 0.05°.',
    );
  });

  it('says so when the alert is a test, whatever its role', () => {
    assert.match(itemOf(packet('1', { role: 'test' })).description, /^A test, not a real event\. New, role test\./);
    const marked = itemOf(packet('1', { what: '<Param name="Test_Submission" value="true"/>' }));
    assert.match(marked.description, /^A test, not a real event\. New, role observation\./);
    assert.deepEqual(marked.categories, ['test', 'org.example/e2e', 'new']);
  });

  it('tells the type of GCN’s, SVOM’s, CHIME’s and LVK’s packets, also of those in JSON', () => {
    const begins: [string, RegExp][] = [
      ['voevent/lvk-update.xml', /Packet type 152, update, role observation\. Stream .*, mission LVK/],
      ['voevent/chime-retraction.xml', /^Packet type 4, retraction, role observation\..* mission CHIME/],
      ['voevent/svom-wakeup.xml', /^(?:A test.* )?Packet type 202, .* mission SVOM/],
      [
        'igwn/initial.json',
        /^Alert type INITIAL, new, role observation\..* Called significant, false-alarm rate \S+ per second\./,
      ],
      ['igwn/mock.json', /^A test, not a real event\. /],
    ];
    for (const [path, beginning] of begins) assert.match(itemOf(fixture(path)).description, beginning, path);
    const notice = {
      alert_type: 'initial',
      mission: 'Swift',
      ra: 12.5,
      dec: 0,
      ra_dec_error: 0.00001,
      importance: 0.5,
    };
    assert.equal(
      itemOf(JSON.stringify(notice)).description,
      'Alert type initial, new, role observation. Stream gcn.notices.swift, mission Swift, by Swift. ' +
        'RA 12.5° Dec 0° ± 0.00001°. Importance 0.5.',
    );
  });

  it('of JSON has the document as it came', () => {
    for (const path of ['igwn/initial.json', 'igwn/retraction.json']) {
      const bytes = fixture(path);
      const { link, enclosure } = itemOf(bytes);
      assert.deepEqual(enclosure, { url: `${link}.raw`, type: 'application/json', length: bytes.length });
    }
  });

  it('of what cannot be read says why', () => {
    for (const bytes of ['<VOEvent', 'nonsense', '', '{"a":', '\0\xff']) {
      const { row, title, link, description, enclosure, date, categories } = itemOf(bytes);
      assert.equal(title, `Document without an identifier ${row.id}`);
      assert.ok(description.startsWith(`In quarantine, because it cannot be read. ${row.problem}. `), description);
      assert.ok(description.endsWith(`${row.bytes} bytes from the source campus.`), description);
      assert.deepEqual(enclosure, { url: `${link}.raw`, type: 'application/octet-stream', length: row.bytes });
      assert.deepEqual({ date, categories }, { date: RECEIVED_AT, categories: [] });
    }
  });

  it('of what has not been decided yet has what the journal knows', () => {
    const { row } = read(FULL_2_0);
    assert.equal(
      feedItem(row, undefined, BASE).description,
      'New, role observation. Stream org.example/survey/fast. Event at 2026-11-22T09:59:58.1234Z. ' +
        'RA 83.6331° Dec −22.0145° ± 0.05°.',
    );
  });

  it('is dated by the packet, where it bears a date that is one', () => {
    assert.equal(itemOf(FULL_2_0).date, '2026-11-22T10:00:05.000Z');
    const { row, alert } = read(FULL_2_0);
    const dated = (date: string) => feedItem({ ...row, date }, alert, BASE).date;
    assert.equal(dated('2019-04-25T08:18:05.017147Z'), '2019-04-25T08:18:05.017Z');
    assert.equal(dated('yesterday'), '2026-11-22T10:00:05.000Z');
    assert.equal(itemOf(packet('1', { date: 'yesterday' })).date, RECEIVED_AT);
    assert.equal(itemOf(voevent()).date, RECEIVED_AT);
  });

  it('has a bounded description that shows what is hidden, however long the fields are', () => {
    const long = `\u202e&lt;script&gt;${'x '.repeat(50_000)}`;
    const { row, alert } = read(
      `<VOEvent version="2.0" role="observation" ivorn="ivo://a/${'b'.repeat(100_000)}#c"><Who><Author>` +
        `<shortName>${long}</shortName></Author></Who><What><Param name="Packet_Type" value="${long}"/></What>` +
        `<Why importance="0.5"/><Description>The end. ${long}</Description></VOEvent>`,
    );
    const { title, description, categories } = feedItem(row, alert, BASE);
    assert.equal(title.length, 300);
    assert.ok(categories.every((category) => category.length <= 120));
    assert.equal(description.length, 2_000);
    assert.match(
      description,
      /^Packet type ⟨U\+202E⟩<script>x x .*…, new, role .* Importance 0\.5\. The end\. ⟨U\+202E⟩/,
    );
  });
});
