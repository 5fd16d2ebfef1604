import type { TestContext } from 'node:test';
import { createDecoder } from '../../src/alert/decode.ts';
import { scanEnvelope } from '../../src/alert/envelope.ts';
import { JournalReader } from '../../src/journal/reader.ts';
import { Pipeline } from '../../src/pipeline/pipeline.ts';
import { Rows } from '../../src/web/rows.ts';
import { recordedLog } from '../dispatch/scripted.ts';
import { openJournal } from '../journal/journal.ts';
import { selection } from '../support/selection.ts';
import { until } from '../support/wait.ts';

const decoder = await createDecoder();

/** A journal into which packets go as the daemon's do, decided on for the handler `slew`, and its reader. */
export function watchedJournal(context: TestContext) {
  const { path, appender, ledger } = openJournal(context);
  const reader = new JournalReader(path);
  context.after(() => reader.close());
  const pipeline = new Pipeline(
    ledger,
    decoder,
    { offer: () => {}, withdraw: () => {}, isDelivering: false },
    recordedLog(),
  );
  pipeline.configure([selection('slew')]);
  return {
    ...{ path, ledger, reader, rows: new Rows(reader) },
    /** Resolves when all have been decided on. */
    async receive(packets: readonly (Buffer | string)[], source = 'campus', receivedAt = Date.now()): Promise<void> {
      const entries = packets.map((given) => {
        const packet = Buffer.from(given);
        const { ivorn, role, element } = scanEnvelope(packet);
        return { source, peer: 'b:8099', ivorn, role, receivedAt, element, packet };
      });
      appender.append(entries);
      pipeline.wake();
      await until(() => ledger.undecided(1).length === 0, 'the decisions');
    },
  };
}
