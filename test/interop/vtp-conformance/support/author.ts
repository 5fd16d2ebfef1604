import type { Scope } from '../../../support/executable.ts';
import { readTransport, type Transport } from './documents.ts';
import { dial, type Place } from './wire.ts';

/** One transaction of an author (VTP 2.0 §7.1): connects, sends the event, and has the answer once the broker closes. */
export async function submit(context: Scope, place: Place, packet: string | Buffer): Promise<Transport> {
  const wire = dial(context, place);
  wire.send(packet);
  const answer = await wire.message(0);
  await wire.over();
  if (wire.messages.length !== 1) throw new Error(`More than one answer: ${wire.texts.join('\n')}`);
  return readTransport(answer);
}

/** Publishes events, one a connection, and each is acknowledged. */
export async function publish(context: Scope, place: Place, ...packets: Buffer[]): Promise<void> {
  for (const packet of packets) {
    const { role, result } = await submit(context, place, packet);
    if (role !== 'ack') throw new Error(`Not acknowledged: ${result}`);
  }
}
