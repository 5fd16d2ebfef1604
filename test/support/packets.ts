/**
 * Documents as they go over the wire, written by hand from the standards: VOEvent 1.1 and 2.0, the 2.1 proposal, and
 * VTP 2.0 §6.
 */

/** An event as small as can be, with an identifier of its own. */
export function voevent(ivorn = 'ivo://example.org/stream#1', role = 'observation', body = ''): Buffer {
  return Buffer.from(
    `<?xml version="1.0" encoding="UTF-8"?>\n<voe:VOEvent xmlns:voe="http://www.ivoa.net/xml/VOEvent/v2.0" ` +
      `version="2.0" role="${role}" ivorn="${ivorn}">${body}</voe:VOEvent>\n`,
  );
}

/** What Transport documents are seen to name as their namespace; the empty one is none at all. */
export const TRANSPORT_NAMESPACES = [
  'http://telescope-networks.org/schema/Transport/v1.1',
  'http://www.telescope-networks.org/schema/Transport/v1.1',
  'http://telescope-networks.org/xml/Transport/v1.1',
  'http://www.telescope-networks.org/xml/Transport/v1.1',
  'http://www.telescope-networks.org/xml/Transport/v0.1',
  '',
] as const;

/** A Transport document; `prefix` an empty string for the default namespace. */
export function transport(
  role: string,
  { namespace = TRANSPORT_NAMESPACES[0] as string, prefix = 'trn', version = '1.0', content = '' } = {},
): Buffer {
  const name = prefix === '' ? 'Transport' : `${prefix}:Transport`;
  const declaration = namespace === '' ? '' : ` xmlns${prefix === '' ? '' : `:${prefix}`}="${namespace}"`;
  const inside =
    content === '' ? '<Origin>ivo://example.org/broker</Origin><TimeStamp>2026-11-22T10:00:00Z</TimeStamp>' : content;
  return Buffer.from(
    `<?xml version='1.0' encoding='UTF-8'?><${name} role="${role}" version="${version}"${declaration}>${inside}</${name}>`,
  );
}

/** The keep-alive of brokers older than the Transport document. */
export const ESTAR_IAMALIVE = Buffer.from(
  '<?xml version = "1.0" encoding="UTF-8"?>\r\n<VOEvent role="iamalive" version="1.1" id="ivo://estar.example/alive#7">\r\n' +
    '  <Who><PublisherID>ivo://estar.example</PublisherID><Date>2006-11-22T10:00:00</Date></Who>\r\n</VOEvent>',
);

/** VOEvent 2.0 with everything the model reads. */
export const FULL_2_0 = Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>
<voe:VOEvent xmlns:voe="http://www.ivoa.net/xml/VOEvent/v2.0" version="2.0" role="observation"
  ivorn="ivo://org.example/survey/fast#2026-abc">
  <Who>
    <AuthorIVORN>ivo://org.example</AuthorIVORN>
    <Date>2026-11-22T10:00:05</Date>
    <Author><title>The survey</title><shortName>Survey</shortName><contactName>A. Person</contactName>
      <contactEmail>person@example.org</contactEmail></Author>
  </Who>
  <What>
    <Param name="mag" value="17.32" unit="mag" ucd="phot.mag" dataType="float"/>
    <Param name="note"><Value>R &amp; V</Value></Param>
    <Param name="both" value="attribute"><Value>child</Value></Param>
    <Group name="first"><Param name="mag" value="17.4"/></Group>
    <Group><Param name="mag" value="not a number" dataType="float"/></Group>
    <Group name="first"><Param name="mag" value=""/></Group>
    <Description>What it measured.</Description>
  </What>
  <WhereWhen><ObsDataLocation><ObservatoryLocation id="GEOLUN"/><ObservationLocation>
    <AstroCoordSystem id="UTC-FK5-GEO"/>
    <AstroCoords coord_system_id="UTC-FK5-GEO">
      <Time unit="s"><TimeInstant><ISOTime>2026-11-22T09:59:58.1234</ISOTime></TimeInstant></Time>
      <Position2D unit="deg"><Name1>RA</Name1><Name2>Dec</Name2>
        <Value2><C1>83.6331</C1><C2>-22.0145</C2></Value2><Error2Radius>0.05</Error2Radius></Position2D>
    </AstroCoords>
  </ObservationLocation></ObsDataLocation></WhereWhen>
  <Why importance="0.95"><Inference probability="0.9"><Name>GRB</Name></Inference></Why>
  <Citations><EventIVORN cite="followup">ivo://org.example/survey/fast#2026-abb</EventIVORN></Citations>
  <Description>A fast <![CDATA[<transient> & more]]>.</Description>
</voe:VOEvent>
`);

/** VOEvent 1.1: `units`, no unit attribute on Position2D, an unnamed Group. */
export const FULL_1_1 = Buffer.from(`<?xml version='1.0' encoding='UTF-8'?>
<VOEvent role="observation" version="1.1" ivorn="ivo://uk.example/estar#ogle/2006-345" xmlns="http://www.ivoa.net/xml/VOEvent/v1.1"
  xmlns:stc="http://www.ivoa.net/xml/STC/stc-v1.30.xsd">
  <Who><AuthorIVORN>ivo://uk.example</AuthorIVORN><Date>2006-07-19T12:00:00</Date></Who>
  <What><Group><Param name="Tmax" value="2453940.1" units="d"/></Group></What>
  <WhereWhen><ObsDataLocation xmlns="http://www.ivoa.net/xml/STC/stc-v1.30.xsd"><ObservationLocation>
    <stc:AstroCoords coord_system_id="UTC-FK5-TOPO"><stc:Time><stc:TimeInstant><stc:ISOTime>2006-07-19T11:00:00</stc:ISOTime></stc:TimeInstant></stc:Time>
      <stc:Position2D><stc:Value2><stc:C1>272.53</stc:C1><stc:C2>-29.43</stc:C2></stc:Value2></stc:Position2D></stc:AstroCoords>
  </ObservationLocation></ObsDataLocation></WhereWhen>
</VOEvent>`);

/** VOEvent 1.0: the identifier is `id`, hours for the right ascension. */
export const FULL_1_0 = Buffer.from(`<VOEvent role="test" version="1.0" id="ivo://uk.example/old#1">
  <WhereWhen><ObsDataLocation><ObservationLocation><AstroCoords coord_system_id="UTC-FK5-GEO">
    <Position2D unit="hms dms"><Value2><C1>18 10 07.6</C1><C2>-29:25:53</C2></Value2></Position2D>
  </AstroCoords></ObservationLocation></ObsDataLocation></WhereWhen>
</VOEvent>`);

/** VOEvent 2.1: `?local`, a time interval, no Error2Radius. */
export const FULL_2_1 =
  Buffer.from(`<v:VOEvent xmlns:v="http://www.ivoa.net/xml/VOEvent/v2.1" version="2.1" role="prediction" ivorn="ivo://org.example/pulse?2026-7">
  <WhereWhen><ObsDataLocation><ObservationLocation><AstroCoords coord_system_id="anything goes">
    <Time><TimeInterval><ISOTimeStart>2026-12-01T00:00:00</ISOTimeStart><ISOTimeStop>2026-12-02T00:00:00</ISOTimeStop></TimeInterval></Time>
    <Position2D unit="deg"><PositionName>Jupiter</PositionName><Value2><C1>10</C1><C2>20</C2></Value2>
      <Error2><C1>0.1</C1><C2>0.2</C2></Error2></Position2D>
  </AstroCoords></ObservationLocation></ObsDataLocation></WhereWhen>
</v:VOEvent>`);
