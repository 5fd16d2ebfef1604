import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { beforeEach, describe, it } from 'node:test';
import type { Verdict } from '../../src/inspect/messages.ts';
import { createRelayDesk, type RelayDesk } from '../../src/inspect/relay.ts';
import { FULL_2_0, voevent } from '../support/packets.ts';

const JSON_ALERT = readFileSync(new URL('../fixtures/igwn/initial.json', import.meta.url));

describe('what is handed on', () => {
  let desk: RelayDesk;
  beforeEach(async () => {
    desk = await createRelayDesk();
  });
  const look = (packet: Buffer): { verdict: Verdict; matched: number[]; slow: number[]; looked: number[] } => {
    const verdicts: Verdict[] = [];
    const looked: number[] = [];
    const stored = { packet, source: 'campus', receivedAt: 1_790_000_000_000 };
    const { matched, slow } = desk.relay(
      stored,
      (verdict) => verdicts.push(verdict),
      (filter) => looked.push(filter),
    );
    assert.equal(verdicts.length, 1);
    return { verdict: verdicts[0] as Verdict, matched, slow, looked };
  };
  const why = (packet: Buffer) => {
    const { verdict } = look(packet);
    return verdict.relay ? undefined : verdict.why;
  };

  it('is every well-formed VOEvent, also one that breaks its schema', () => {
    assert.deepEqual(look(FULL_2_0).verdict, { relay: true, ivorn: 'ivo://org.example/survey/fast#2026-abc' });
    assert.deepEqual(look(voevent(' ivo://example.org/s#1 ')).verdict, { relay: true, ivorn: 'ivo://example.org/s#1' });
  });

  it('is nothing that a subscriber would hang up on', () => {
    assert.match(why(Buffer.from('<VOEvent ivorn="ivo://example.org/s#1"><What')) ?? '', /not well-formed XML/);
    assert.match(why(Buffer.from('<VOEvent/>')) ?? '', /has no ivorn/);
    assert.match(why(Buffer.from('garbage')) ?? '', /no VOEvent/);
    assert.match(why(Buffer.from('<html/>')) ?? '', /no VOEvent/);
    assert.match(why(Buffer.from('<!DOCTYPE a><VOEvent ivorn="ivo://example.org/s#1"/>')) ?? '', /DOCTYPE/);
  });

  it('is what the rule holds on, and a value that is missing makes it false', async () => {
    await desk.configure('alert.ra > 80.0', false);
    assert.equal(look(FULL_2_0).verdict.relay, true);
    await desk.configure('alert.ra < 80.0', false);
    assert.match(why(FULL_2_0) ?? '', /alert\.ra < 80\.0 is false \(alert\.ra = 83\.6331\)/);
    assert.match(why(voevent()) ?? '', /the alert has no ra/);
    await desk.configure(undefined, false);
    assert.equal(look(voevent()).verdict.relay, true);
  });

  it('is another format only when it may be composed, and then as a VOEvent that filters see', async () => {
    assert.match(why(JSON_ALERT) ?? '', /broadcast\.compose is off/);
    await desk.configure(undefined, true);
    desk.addFilter(1, '//Param[@name="superevent_id"]');
    const { verdict, matched } = look(JSON_ALERT);
    assert.ok(verdict.relay && verdict.composed !== undefined);
    assert.match(Buffer.from(verdict.composed).toString(), /^<\?xml .*<voe:VOEvent /s);
    assert.match(verdict.ivorn, /^ivo:\/\/voeventd\.composed\//);
    assert.deepEqual(matched, [1]);
    await desk.configure('alert.role == "test"', true);
    assert.match(why(JSON_ALERT) ?? '', / is false \(/);
  });

  it('goes to those whose filters hold, each looked at by its number', () => {
    assert.equal(desk.addFilter(1, '//Param[@name="mag"]'), undefined);
    assert.equal(desk.addFilter(2, '//Param[@name="none"]'), undefined);
    assert.equal(desk.addFilter(3, '/*[@role="observation"]'), undefined);
    assert.match(desk.addFilter(4, '//*[') ?? '', /no XPath/);
    assert.deepEqual(look(FULL_2_0), {
      verdict: look(FULL_2_0).verdict,
      matched: [1, 3],
      slow: [],
      looked: [1, 2, 3, 0],
    });
    desk.removeFilter(1);
    desk.removeFilter(99);
    assert.deepEqual(look(FULL_2_0).matched, [3]);
    assert.deepEqual(look(Buffer.from('<a>')).matched, []);
  });

  it('tells which filters take longer than is good', () => {
    const params = '<Param name="a" value="1"/>'.repeat(250);
    const large = Buffer.from(FULL_2_0.toString().replace('<What>', `<What>${params}`));
    desk.addFilter(1, '//Param[@name="mag"]');
    desk.addFilter(2, 'count(//*[count(//*[count(//*) > 1]) > 1]) > 0');
    const { matched, slow } = look(large);
    assert.deepEqual([matched, slow], [[1, 2], [2]]);
  });
});
