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
