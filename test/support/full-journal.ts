import { createDecoder } from '../../src/alert/decode.ts';
import { scanEnvelope } from '../../src/alert/envelope.ts';
import { summaryOf } from '../../src/alert/summary.ts';
import { JournalImporter } from '../../src/journal/import.ts';
import { Ledger } from '../../src/journal/ledger.ts';
import { SAMPLE_COUNT, samplePacket } from '../../src/rehearsal/samples.ts';

const BATCH = 1_000;
const APART_MS = 5_000;

/**
 * A journal with so many alerts, the samples over and over, the last of which came just now. A daemon decodes a
 * thousand a second; this decodes a round of them, and says of the others what is said of those.
 */
export async function fillJournal(path: string, count: number): Promise<void> {
  const { decode } = await createDecoder();
  const now = Date.now();
  const packets = Array.from({ length: count }, (_, index) => samplePacket(index, 'full', new Date(now)));
  const summaries = packets
    .slice(0, SAMPLE_COUNT)
    .map((packet) => summaryOf(decode(packet, { source: 'campus', receivedAt: new Date(now).toISOString() })));
  const importer = new JournalImporter(path);
  const ledger = new Ledger(path);
  for (let first = 0; first < count; first += BATCH) {
    const batch = packets.slice(first, first + BATCH);
    importer.take(
      batch.map((packet, index) => {
        const { ivorn, role, element } = scanEnvelope(packet);
        const receivedAt = now - (count - first - index) * APART_MS;
        const source = { source: 'campus', peer: 'broker.example.org:8099' };
        return { ...source, ivorn, role, receivedAt, element, packet };
      }),
      { segment: 0, offset: 0 },
    );
    const decidedAt = Date.now();
    ledger.decide(
      batch.map((_, index) => ({
        ...{ seq: first + index + 1, decidedAt, problem: undefined, verdicts: verdicts(index) },
        ...{ thread: { thread: `full-${first + index}`, changed: [], merged: [] } },
        ...withSummary(summaries[(first + index) % SAMPLE_COUNT]),
      })),
    );
    for (let index = 0; index < batch.length; index += 2) {
      const seq = first + index + 1;
      ledger.begin(seq, 'keep', decidedAt);
      ledger.end(seq, 'keep', { state: 'done', outcome: 'written', endedAt: decidedAt + 3 });
    }
  }
  ledger.close();
  importer.checkpoint();
  importer.close();
}

function verdicts(index: number) {
  return [
    { handler: 'keep', fired: index % 2 === 0, why: 'alert.importance is 0.5, above 0.4' },
    { handler: 'slew', fired: false, why: 'alert.errorRadius is 17.4, and less than 1 is asked for' },
  ];
}

function withSummary(summary: ReturnType<typeof summaryOf> | undefined) {
  return summary === undefined ? {} : { summary };
}
