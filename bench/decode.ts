import { XMLParser } from 'fast-xml-parser';
import { SaxesParser } from 'saxes';
import { createDecoder } from '../src/alert/decode.ts';
import { PARSER_OPTIONS } from '../src/alert/xml/xml.ts';
import { frames, PACKET_BYTES } from './packet.ts';
import { median } from './statistics.ts';

export interface Decoding {
  readonly name: string;
  readonly role: 'decoder' | 'bare' | 'other';
  readonly packetsPerSecond: number;
  readonly megabytesPerSecond: number;
}

type Job = Omit<Decoding, 'packetsPerSecond' | 'megabytesPerSecond'> & { run(packet: Buffer): unknown };

const PREFIX_BYTES = 4;
const RECEPTION = { source: 'bench', receivedAt: '2026-11-22T20:00:00.000Z' };
const WARM_UP = 2_000;
const PACKETS_A_TURN = 20;

/** (e) The decoder, gate included, beside parsers that do nothing with what they parse; in turns, in one process. */
export async function measureDecoding(repetitions: number, seconds: number): Promise<Decoding[]> {
  const packets = Array.from({ length: PACKETS_A_TURN }, (_, index) => frames(index, 1).subarray(PREFIX_BYTES));
  const jobs = await jobsToDo();
  for (const job of jobs) for (let run = 0; run < WARM_UP; run += 1) job.run(packets[run % PACKETS_A_TURN] as Buffer);
  const rates = jobs.map((): number[] => []);
  for (let turn = 0; turn < repetitions * 5; turn += 1) {
    for (const [index, job] of jobs.entries()) rates[index]?.push(rateOf(job, packets, (seconds * 1_000) / 5));
  }
  return jobs.map(({ name, role }, index) => {
    const packetsPerSecond = median(rates[index] ?? []);
    return { name, role, packetsPerSecond, megabytesPerSecond: (packetsPerSecond * PACKET_BYTES) / 1e6 };
  });
}

async function jobsToDo(): Promise<Job[]> {
  const decoder = await createDecoder();
  const attributes = new XMLParser({ ignoreAttributes: false });
  const plain = new XMLParser();
  const own = new XMLParser(PARSER_OPTIONS);
  return [
    {
      name: 'voeventd: libxml2 gate, fast-xml-parser, model',
      role: 'decoder',
      run: (packet) => decoder.decode(packet, RECEPTION),
    },
    {
      name: 'the same, held against the schema too',
      role: 'other',
      run: (packet) => decoder.decode(packet, RECEPTION, { validate: true }),
    },
    {
      name: 'bare fast-xml-parser, attributes kept',
      role: 'bare',
      run: (packet) => attributes.parse(packet.toString()),
    },
    {
      name: 'bare fast-xml-parser, attributes dropped (its default)',
      role: 'other',
      run: (packet) => plain.parse(packet.toString()),
    },
    {
      name: 'bare fast-xml-parser, with the decoder’s options',
      role: 'other',
      run: (packet) => own.parse(packet.toString()),
    },
    { name: 'saxes, nothing done with its events', role: 'other', run: saxes },
  ];
}

function saxes(packet: Buffer): void {
  const parser = new SaxesParser({ xmlns: true });
  parser.on('error', (error) => {
    throw error;
  });
  parser.write(packet.toString()).close();
}

function rateOf(job: Job, packets: readonly Buffer[], durationMs: number): number {
  const startedAt = performance.now();
  let done = 0;
  let elapsedMs = 0;
  while (elapsedMs < durationMs) {
    for (const packet of packets) job.run(packet);
    done += packets.length;
    elapsedMs = performance.now() - startedAt;
  }
  return (done * 1_000) / elapsedMs;
}
