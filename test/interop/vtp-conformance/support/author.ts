import type { Scope } from '../../../support/executable.ts';
import { readTransport, type Transport } from './documents.ts';
import { dial, type Place } from './wire.ts';

/** A broker that is too busy gives no answer, and the author tries again (VTP 2.0 §7.1). */
const ATTEMPTS = 5;

/** Sends an event (VTP 2.0 §7.1): one a connection; the answer, once the broker has closed the connection. */
export async function submit(context: Scope, place: Place, packet: string | Buffer): Promise<Transport> {
  for (let attempt = 1; ; attempt += 1) {
    const wire = dial(context, place);
    wire.send(packet);
    await wire.over();
    const [answer, ...more] = wire.texts;
    if (more.length > 0) throw new Error(`More than one answer: ${wire.texts.join('\n')}`);
    if (answer !== undefined) return readTransport(answer);
    if (attempt === ATTEMPTS) throw new Error(`No answer at ${ATTEMPTS} attempts.`);
  }
}

/** Publishes events, one a connection, and each is acknowledged. */
export async function publish(context: Scope, place: Place, ...packets: Buffer[]): Promise<void> {
  for (const packet of packets) {
    const { role, result } = await submit(context, place, packet);
    if (role !== 'ack') throw new Error(`Not acknowledged: ${result}`);
  }
}
