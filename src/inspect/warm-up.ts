import { setImmediate } from 'node:timers/promises';

/** An ordinary event: what is looked at most. */
const SAMPLE = Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>
<voe:VOEvent xmlns:voe="http://www.ivoa.net/xml/VOEvent/v2.0" version="2.0" role="test" ivorn="ivo://org.example/warm-up#1">
  <Who><AuthorIVORN>ivo://org.example/warm-up</AuthorIVORN><Date>2026-11-22T10:00:00</Date></Who>
  <What>
    <Group name="Source"><Param name="Sun_Distance" value="87.3" unit="deg" ucd="pos.angDistance"/></Group>
${'    <Param name="Rate_Signif" value="17.5" unit="sigma" ucd="stat.snr"/>\n'.repeat(30)}  </What>
  <WhereWhen><ObsDataLocation><ObservatoryLocation id="GEOLUN"/><ObservationLocation>
    <AstroCoordSystem id="UTC-FK5-GEO"/>
    <AstroCoords coord_system_id="UTC-FK5-GEO">
      <Time unit="s"><TimeInstant><ISOTime>2026-11-22T09:59:58.12</ISOTime></TimeInstant></Time>
      <Position2D unit="deg"><Name1>RA</Name1><Name2>Dec</Name2>
        <Value2><C1>83.6331</C1><C2>22.0145</C2></Value2><Error2Radius>0.05</Error2Radius></Position2D>
    </AstroCoords>
  </ObservationLocation></ObsDataLocation></WhereWhen>
</voe:VOEvent>
`);

const TIMES = 100;

/**
 * Does the work on a sample, one in a turn, so that a job that comes meanwhile waits for one of them only. The first real
 * event may come after days of silence: compiling the schema and code that has hardly ever run would cost it 100 ms.
 */
export async function warmUp(work: (packet: Buffer) => void): Promise<void> {
  for (let time = 0; time < TIMES; time += 1) {
    work(SAMPLE);
    await setImmediate();
  }
}
