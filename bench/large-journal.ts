import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { scanEnvelope } from '../src/alert/envelope.ts';
import { JournalImporter } from '../src/journal/import.ts';
import { Ledger } from '../src/journal/ledger.ts';
import { type Bench, session } from './session.ts';
import { median } from './statistics.ts';
import { daemon, NEVER, type Subject } from './subject.ts';

export interface LargeJournal {
  readonly alerts: number;
  /** At a hundred alerts a second. */
  readonly emptyP50Ms: number;
  readonly fullP50Ms: number;
}

const ALERTS = 1_000_000;
const BATCH = 500;
const PER_SECOND = 100;
const WARM_UP_MS = 500;

/** (k) An ack with a million alerts in the journal, and with none. */
export async function measureLargeJournal(bench: Bench): Promise<LargeJournal> {
  const directory = join(bench.directory, 'a-million');
  mkdirSync(directory);
  fill(join(directory, 'journal.db'));
  const inner = daemon(bench.executable, NEVER);
  const full: Subject = { name: `${inner.name}, ${ALERTS} alerts`, start: (port) => inner.start(port, directory) };
  const p50s: Record<'empty' | 'full', number[]> = { empty: [], full: [] };
  for (let repetition = 0; repetition < bench.repetitions; repetition += 1) {
    p50s.empty.push(await ackP50(bench, inner));
    p50s.full.push(await ackP50(bench, full));
  }
  return { alerts: ALERTS, emptyP50Ms: median(p50s.empty), fullP50Ms: median(p50s.full) };
}

async function ackP50(bench: Bench, subject: Subject): Promise<number> {
  return await session(bench, subject, async (broker) => {
    await broker.run({ kind: 'pace', perSecond: PER_SECOND, ms: WARM_UP_MS });
    const { latenciesMs } = await broker.run({ kind: 'pace', perSecond: PER_SECOND, ms: bench.seconds * 2_000 });
    return median(latenciesMs);
  });
}

/** Small alerts: what they cost in a journal is their number. */
function fill(path: string): void {
  const importer = new JournalImporter(path);
  const ledger = new Ledger(path);
  for (let from = 0; from < ALERTS; from += BATCH) {
    const entries = Array.from({ length: BATCH }, (_, index) => {
      const ivorn = `ivo://bench.voeventd/old#${from + index}`;
      const packet = Buffer.from(`<VOEvent ivorn="${ivorn}" role="observation" version="2.0"/>`);
      const { element } = scanEnvelope(packet);
      return { source: 'bench', peer: 'bench', ivorn, role: 'observation', receivedAt: Date.now(), element, packet };
    });
    importer.take(entries, { segment: 0, offset: 0 });
    ledger.decide(
      entries.map((_, index) => ({ seq: from + index + 1, decidedAt: Date.now(), problem: undefined, verdicts: [] })),
    );
    if (importer.isLogLong || from % 100_000 === 0) importer.restartLog();
  }
  importer.checkpoint();
  ledger.close();
  importer.close();
}
