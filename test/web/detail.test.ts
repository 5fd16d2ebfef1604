import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createDecoder } from '../../src/alert/decode.ts';
import { Details } from '../../src/web/detail.ts';
import { LONGEST_TEXT } from '../../src/web/model.ts';
import { packet } from '../support/play.ts';
import { watchedJournal } from './journal.ts';

it('an alert that cites a hundred times what a hundred alerts are called is told in few words', async (context) => {
  const { reader, rows, receive } = watchedJournal(context);
  const name = 'n'.repeat(3_000);
  await receive(
    Array.from({ length: 100 }, (_, index) => packet(name, { what: `<Param name="i" value="${index}"/>` })),
  );
  const citation = `<EventIVORN cite="followup">ivo://org.example/e2e#${name}</EventIVORN>`;
  const citing = packet('citing').toString();
  await receive([citing.replace('</voe:VOEvent>', `<Citations>${citation.repeat(200)}</Citations></voe:VOEvent>`)]);
  const details = new Details(reader, rows, createDecoder);
  const found = await details.find(reader.list({}, 1)[0]?.id ?? '');
  assert.ok(found !== undefined);
  const { cites, threadAlerts } = details.detail(found);
  assert.equal(cites.length, 100);
  assert.deepEqual(cites.map(({ alerts }) => alerts.length).slice(0, 12), [...new Array(10).fill(10), 0, 0]);
  assert.deepEqual(
    cites[0]?.alerts.map(({ ivorn }) => ivorn?.length),
    new Array(10).fill(LONGEST_TEXT),
  );
  assert.equal(threadAlerts.length, 100);
});

it('an alert is told with the last twenty attempts of each delivery, and what they printed', async (context) => {
  const { ledger, reader, rows, receive } = watchedJournal(context);
  await receive([packet('1')]);
  for (let number = 1; number <= 21; number++) {
    ledger.begin(1, 'slew', 1_000 * number);
    const attempt = { number, state: 'failed', output: 'homing', because: undefined } as const;
    const endedAt = 1_000 * number + 500;
    ledger.end(1, 'slew', { state: 'retrying', outcome: 'it is stuck', endedAt, dueAt: endedAt, attempt });
  }
  const details = new Details(reader, rows, createDecoder);
  const found = await details.find(reader.list({}, 1)[0]?.id ?? '');
  assert.ok(found !== undefined);
  const { attempts } = details.detail(found);
  assert.equal(attempts.length, 20);
  assert.deepEqual(attempts[0], {
    ...{ handler: 'slew', attempt: 2, state: 'failed', outcome: 'it is stuck', output: 'homing' },
    ...{ startedAt: '1970-01-01T00:00:02.000Z', endedAt: '1970-01-01T00:00:02.500Z' },
  });
});
