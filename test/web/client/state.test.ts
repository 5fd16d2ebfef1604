import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Announcer } from '../../../src/web/client/announcer.ts';
import { learn, newAlarm } from '../../../src/web/client/state.ts';
import type { AlertRow, Delivery } from '../../../src/web/model.ts';
import { ALERTS, QUIET, ROW, STATUS } from '../page/samples.ts';

const DATA = { status: STATUS, alerts: ALERTS };
const row = (seq: number, more: Partial<AlertRow> = {}): AlertRow => ({ ...ROW, seq, ...more });
const numbers = ({ alerts }: { alerts: readonly AlertRow[] }) => alerts.map(({ seq }) => seq);

test('a new alert comes first, one that is told again replaces itself, a late one finds its place', () => {
  const first = learn(DATA, { type: 'alert', row: row(5121) });
  assert.deepEqual(numbers(first).slice(0, 3), [5121, 5120, 5119]);
  const again = learn(first, { type: 'alert', row: row(5118, { bytes: 1 }) });
  assert.equal(again.alerts.length, first.alerts.length);
  assert.equal(again.alerts[3]?.bytes, 1);
  const late = learn({ status: STATUS, alerts: [row(9), row(7)] }, { type: 'alert', row: row(8) });
  assert.deepEqual(numbers(late), [9, 8, 7]);
});

test('the newest fifty are kept', () => {
  let data = { status: STATUS, alerts: [] as readonly AlertRow[] };
  for (let seq = 1; seq <= 80; seq += 1) data = learn(data, { type: 'alert', row: row(seq) });
  assert.equal(data.alerts.length, 50);
  assert.deepEqual([numbers(data)[0], numbers(data).at(-1)], [80, 31]);
  assert.deepEqual(numbers(learn(data, { type: 'alert', row: row(3) })), numbers(data));
});

test('a delivery changes the verdict of its handler only', () => {
  const delivery: Delivery = { state: 'dead', attempts: 9, dueAt: STATUS.now };
  const data = learn(DATA, { type: 'delivery', change: { seq: 5120, id: ROW.id, handler: 'slew', delivery } });
  assert.deepEqual(data.alerts[0]?.handlers[0]?.delivery, delivery);
  assert.equal(data.alerts[0]?.handlers[1], ROW.handlers[1]);
  assert.equal(data.alerts[1], DATA.alerts[1]);
  const unknown = learn(DATA, { type: 'delivery', change: { seq: 1, id: ROW.id, handler: 'slew', delivery } });
  assert.deepEqual(unknown, DATA);
});

test('an alarm is what has just become red, not what stays red in other words', () => {
  assert.match(newAlarm(QUIET, STATUS), /^RED: source campus: silent/);
  const reworded = STATUS.concerns.map((concern) => ({ ...concern, message: 'silent for 13m' }));
  assert.equal(newAlarm(STATUS, { ...STATUS, concerns: reworded }), '');
});

test('new alerts are announced once in five seconds, however many come', () => {
  const announcer = new Announcer(10);
  announcer.hear(row(10));
  assert.equal(announcer.next(0), undefined);
  announcer.hear(row(11, { ivorn: 'ivo://a/b#11' }));
  assert.equal(announcer.next(0), 'New alert: ivo://a/b#11');
  for (const seq of [12, 13, 12, 14]) announcer.hear(row(seq, { role: 'test', ivorn: `ivo://a/b#${seq}` }));
  assert.equal(announcer.next(4_999), undefined);
  assert.equal(announcer.next(5_000), '3 new alerts, the newest: test ivo://a/b#14');
  assert.equal(announcer.next(99_000), undefined);
});
