import { createHash } from 'node:crypto';
import type { TestContext } from 'node:test';
import { RehearsalBroker, type RehearsalSettings } from '../../src/rehearsal/broker.ts';
import type { Program } from '../../src/rehearsal/packets.ts';
import { samplesProgram } from '../../src/rehearsal/packets.ts';

const SILENT = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** A broker that plays, closed after the test at the latest. */
export async function startBroker(
  context: Pick<TestContext, 'after'>,
  settings: Partial<RehearsalSettings> & { program?: Program } = {},
): Promise<{ broker: RehearsalBroker; port: number; close(): void }> {
  const { program = samplesProgram('t'), ...rest } = settings;
  const broker = new RehearsalBroker(
    { host: '127.0.0.1', port: 0, rate: 1_000, count: program.length, window: 100, iamaliveMs: 60_000, ...rest },
    program,
    SILENT,
  );
  const closing = new AbortController();
  context.after(() => closing.abort());
  return { broker, port: await broker.start(closing.signal), close: () => closing.abort() };
}

/** A small VOEvent 2.0, written by hand from the standard. */
export function packet(
  name: string,
  options: { role?: string; what?: string; errorRadius?: number; date?: string } = {},
): Buffer {
  const { role = 'observation', what = '', errorRadius = 0.05, date = new Date().toISOString() } = options;
  return Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>
<voe:VOEvent xmlns:voe="http://www.ivoa.net/xml/VOEvent/v2.0" version="2.0" role="${role}" ivorn="ivo://org.example/e2e#${name}">
  <Who><AuthorIVORN>ivo://org.example</AuthorIVORN><Date>${date}</Date></Who>
  <What>${what}</What>
  <WhereWhen><ObsDataLocation><ObservatoryLocation id="GEOLUN"/><ObservationLocation>
    <AstroCoordSystem id="UTC-ICRS-GEO"/>
    <AstroCoords coord_system_id="UTC-ICRS-GEO">
      <Time><TimeInstant><ISOTime>2026-11-22T01:02:03</ISOTime></TimeInstant></Time>
      <Position2D unit="deg"><Value2><C1>74.7412</C1><C2>-9.3137</C2></Value2><Error2Radius>${errorRadius}</Error2Radius></Position2D>
    </AstroCoords>
  </ObservationLocation></ObsDataLocation></WhereWhen>
</voe:VOEvent>`);
}

/** A program of these packets. */
export function programOf(packets: readonly Buffer[]): Program {
  return { length: packets.length, packet: (index) => packets[index % packets.length] ?? Buffer.alloc(0) };
}

/** The key of a packet whose root is `voe:VOEvent`: the beginning of the digest of its element. */
export function idOf(bytes: Buffer): string {
  const element = bytes.subarray(bytes.indexOf('<voe:'));
  return createHash('sha256').update(element).digest('hex').slice(0, 16);
}
