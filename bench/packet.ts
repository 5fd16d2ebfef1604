/** Frames as a broker of a satellite's burst alerts writes them: VOEvent 2.0, each with an identifier of its own. */

const PARAMS = 45;
const DIGITS = 9;
/** A number that stands nowhere else in the text, to find its places by. */
const PLACE = '0'.repeat(DIGITS);
const PREFIX_BYTES = 4;
/** The identifier of number 0. */
export const IVORN_0 = `ivo://bench.voeventd/satellite#Burst_${PLACE}`;

const UNITS = ['', 'deg', 's', 'sigma', 'erg', 'cts/s'];

function params(): string {
  const lines: string[] = [];
  for (let index = 0; index < PARAMS; index += 1) {
    const unit = UNITS[index % UNITS.length] ?? '';
    const value = (Math.sin(index + 1) * 1_000).toFixed(4);
    lines.push(
      `    <Param name="Instrument_${index}" value="${value}"${unit === '' ? '' : ` unit="${unit}"`} ucd="phot.count" />`,
    );
  }
  return lines.join('\n');
}

function text(): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<voe:VOEvent xmlns:voe="http://www.ivoa.net/xml/VOEvent/v2.0" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
  xsi:schemaLocation="http://www.ivoa.net/xml/VOEvent/v2.0 http://www.ivoa.net/xml/VOEvent/VOEvent-v2.0.xsd"
  ivorn="${IVORN_0}" role="observation" version="2.0">
  <Who>
    <AuthorIVORN>ivo://bench.voeventd/satellite</AuthorIVORN>
    <Author><shortName>Bench</shortName><contactName>Nobody at all</contactName><contactEmail>nobody@example.org</contactEmail></Author>
    <Date>2026-11-22T20:00:00</Date>
    <Description>This VOEvent message was made to measure a daemon; nothing has burst.</Description>
  </Who>
  <What>
    <Param name="Packet_Type" value="61" dataType="int" ucd="meta.code" />
    <Group name="Burst">
${params()}
    </Group>
  </What>
  <WhereWhen><ObsDataLocation><ObservatoryLocation id="GEOLUN" /><ObservationLocation>
    <AstroCoordSystem id="UTC-FK5-GEO" />
    <AstroCoords coord_system_id="UTC-FK5-GEO">
      <Time unit="s"><TimeInstant><ISOTime>2026-11-22T19:59:31.25</ISOTime></TimeInstant></Time>
      <Position2D unit="deg"><Name1>RA</Name1><Name2>Dec</Name2><Value2><C1>74.7412</C1><C2>-9.3137</C2></Value2><Error2Radius>0.05</Error2Radius></Position2D>
    </AstroCoords>
  </ObservationLocation></ObsDataLocation></WhereWhen>
  <How><Description>A coded mask and a great many photons</Description></How>
  <Why importance="0.9"><Inference probability="0.9"><Name>GRB</Name></Inference></Why>
</voe:VOEvent>
`;
}

/** One frame, made once; only the number in its identifier changes from alert to alert. */
const payload = Buffer.from(text());
const frame = Buffer.concat([Buffer.alloc(PREFIX_BYTES), payload]);
frame.writeUInt32BE(payload.length);
const numberAt = frame.indexOf(PLACE);

export const PACKET_BYTES = payload.length;
/** Where the number stands, from the start of the payload. */
export const NUMBER_AT = numberAt - PREFIX_BYTES;

/** So many frames, one after the other, with identifiers numbered from `first`. */
export function frames(first: number, count: number): Buffer {
  const out = Buffer.allocUnsafe(count * frame.length);
  for (let index = 0; index < count; index += 1) {
    frame.copy(out, index * frame.length);
    writeNumber(out, index * frame.length + numberAt, first + index);
  }
  return out;
}

export function writeNumber(target: Buffer, at: number, number: number): void {
  let rest = number;
  for (let digit = at + DIGITS - 1; digit >= at; digit -= 1) {
    target[digit] = 48 + (rest % 10);
    rest = Math.trunc(rest / 10);
  }
}

/** Where an acknowledgement of ours has the number, from the start of its payload; undefined when it has none. */
export function findNumber(ack: Buffer): number | undefined {
  const hash = ack.indexOf('#Burst_');
  return hash === -1 ? undefined : hash + '#Burst_'.length;
}

export function readNumber(buffer: Buffer, at: number): number {
  let number = 0;
  for (let digit = at; digit < at + DIGITS; digit += 1) number = number * 10 + (buffer[digit] ?? 0) - 48;
  return number;
}
