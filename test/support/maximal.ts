/**
 * One valid packet a version with every element and every attribute that the version knows, each as often as it may
 * stand there up to twice, and in more than one place where there is more than one kind of place.
 */

const PARAM_2 = `<Param name="flux" ucd="phot.flux" value="1.2" unit="Jy" dataType="float" utype="u:flux">
        <Description>a</Description><Reference uri="http://example.org/flux"/><Value>1.2</Value></Param>`;

const REFERENCE_2 =
  '<Reference uri="http://example.org/a" type="url" mimetype="text/html" meaning="http://example.org/terms#a"/>';

const WHAT_2 = `<What>
    ${PARAM_2}
    <Param/>
    <Group name="g" type="t">${PARAM_2}<Description>b</Description>${REFERENCE_2}<Param name="n"/></Group>
    <Table name="t" type="small"><Description>c</Description>${REFERENCE_2}${PARAM_2}
      <Field name="x" ucd="pos" unit="deg" dataType="int" utype="u:x"><Description>d</Description>${REFERENCE_2}</Field>
      <Field name="y"/>
      <Data><TR><TD>1</TD><TD>2</TD></TR><TR><TD>3</TD><TD/></TR></Data></Table>
    <Description>e</Description>
    ${REFERENCE_2}
  </What>`;

function whoAndWhy(reference: string, contributors: string): string {
  return `<Who>
    <AuthorIVORN>ivo://example.org</AuthorIVORN>
    <Date>2026-11-22T10:00:05</Date>
    <Description>f</Description>
    ${reference}
    <Author><title>T</title><shortName>S</shortName><logoURL>http://example.org/l.png</logoURL>
      <contactName>C</contactName><contactEmail>c@example.org</contactEmail><contactPhone>1</contactPhone>
      ${contributors}</Author>
  </Who>
  <How><Description>g</Description>${reference}<Description/></How>
  <Why importance="0.5" expires="2026-11-23T10:00:05Z">
    <Name>GRB</Name><Concept>process.variation.burst</Concept><Description>h</Description>${reference}
    <Inference probability="0.9" relation="associated">
      <Name>GRB</Name><Concept>c</Concept><Description>i</Description>${reference}</Inference>
    <Inference><Name/></Inference>
  </Why>
  <Citations>
    <EventIVORN cite="followup">ivo://example.org/s#1</EventIVORN>
    <EventIVORN cite="supersedes">ivo://example.org/s#2</EventIVORN>
    <EventIVORN cite="retraction">ivo://example.org/s#3</EventIVORN>
    <Description>j</Description>
  </Citations>
  <Description>k</Description>
  ${reference}`;
}

function packet(version: string, inside: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<voe:VOEvent xmlns:voe="http://www.ivoa.net/xml/VOEvent/v${version}" version="${version}" role="test" ivorn="ivo://example.org/s#4">
  ${inside}
</voe:VOEvent>
`;
}

function whereWhen2(observatory: string, observation: string): string {
  return `<WhereWhen id="place"><Description>l</Description>${REFERENCE_2}<ObsDataLocation>
    <ObservatoryLocation id="site">${observatory}</ObservatoryLocation>
    <ObservationLocation>${observation}</ObservationLocation></ObsDataLocation></WhereWhen>`;
}

export const MAXIMAL_2_0 = packet(
  '2.0',
  `${whoAndWhy(REFERENCE_2, '<contributor>D</contributor><contributor>E</contributor>')}
  ${WHAT_2}
  ${whereWhen2(
    `<AstroCoordSystem id="UTC-GEOD-TOPO"/>
    <AstroCoords coord_system_id="UTC-GEOD-TOPO"><Position3D unit="deg-deg-m"><Name1>Longitude</Name1><Name2>Latitude</Name2>
      <Name3>Elevation</Name3><Value3><C1>-155.5</C1><C2>19.8</C2><C3>4205</C3></Value3></Position3D></AstroCoords>`,
    `<AstroCoordSystem id="TDB-ICRS-BARY"/>
    <AstroCoords coord_system_id="UTC-FK5-GEO">
      <Time unit="s"><TimeInstant><ISOTime>2026-11-22T10:00:00</ISOTime><TimeOffset>0.5</TimeOffset>
        <TimeScale>UTC</TimeScale></TimeInstant><Error>0.1</Error></Time>
      <Position2D unit="deg"><Name1>RA</Name1><Name2>Dec</Name2><Value2><C1>148.9</C1><C2>69.1</C2></Value2>
        <Error2Radius>0.02</Error2Radius></Position2D></AstroCoords>`,
  )}`,
);

export const MAXIMAL_2_1 = packet(
  '2.1',
  `${whoAndWhy(
    REFERENCE_2,
    `<contributor>D</contributor>
      <Contributor altIdentifier="https://orcid.org/0000-0001-2345-6789" role="ProjectLeader" ivorn="ivo://a/e">E</Contributor>
      <Contributor>F</Contributor>`,
  )}
  ${WHAT_2}
  ${whereWhen2(
    `<AstroCoordSystem id="UTC-GEOD-TOPO"><TimeFrame id="utc"><Name>n</Name><ReferencePosition>TOPOCENTER</ReferencePosition>
      <TimeScale>UTC</TimeScale></TimeFrame><SpaceFrame id="geod"><Name>n</Name><SpaceRefFrame>GEOD</SpaceRefFrame>
      <CoordFlavor>SPHERICAL</CoordFlavor><ReferencePosition>TOPOCENTER</ReferencePosition></SpaceFrame></AstroCoordSystem>
    <AstroCoords coord_system_id="UTC-GEOD-TOPO">
      <Time unit="s"><TimeInterval><ISOTimeStart>2026-11-22T10:00:00</ISOTimeStart>
        <ISOTimeStop>2026-11-22T10:00:10</ISOTimeStop></TimeInterval><Error>0.1</Error></Time>
      <PositionName>Mauna Kea</PositionName>
      <Position3D unit="deg-deg-m"><Name1>Longitude</Name1><Name2>Latitude</Name2><Name3>Elevation</Name3>
        <Value3><C1 ucd="pos" pos_unit="deg">-155.5</C1><C2 pos_unit="deg">19.8</C2><C3>4205</C3></Value3>
        <Error3><C1>1</C1><C2>1</C2><C3>1</C3></Error3></Position3D></AstroCoords>`,
    `<AstroCoordSystem id="UTC-ICRS-GEO"/>
    <AstroCoords coord_system_id="UTC-ICRS-GEO">
      <Time unit="s"><TimeInstant><ISOTime>2026-11-22T10:00:00</ISOTime><TimeOffset>0.5</TimeOffset>
        <TimeScale>UTC</TimeScale></TimeInstant><Error>0.1</Error></Time>
      <Position2D unit="deg"><Name1>RA</Name1><Name2>Dec</Name2><Value2><C1>148.9</C1><C2>69.1</C2></Value2>
        <Error2Radius ucd="stat" pos_unit="deg">0.02</Error2Radius><Error2><C1>0.1</C1><C2>0.2</C2></Error2></Position2D>
    </AstroCoords>`,
  )}`,
);

const REFERENCE_1 = '<Reference uri="http://example.org/a" type="url" name="page"/>';
const PARAM_1 = `<Param name="flux" ucd="phot.flux" value="1.2" unit="Jy"><Description>a</Description>${REFERENCE_1}</Param>`;

export const MAXIMAL_1_1 = packet(
  '1.1',
  `${whoAndWhy(REFERENCE_1, '<contributor>D</contributor>')}
  <What>${PARAM_1}<Group name="g" type="t">${PARAM_1}<Description>b</Description>${REFERENCE_1}</Group>
    <Description>c</Description>${REFERENCE_1}</What>
  <WhereWhen id="place"><Description>l</Description>${REFERENCE_1}
    <ObsDataLocation xmlns="http://www.ivoa.net/xml/STC/stc-v1.30.xsd" xmlns:xlink="http://www.w3.org/1999/xlink">
      <ObservatoryLocation id="GEOLUN" xlink:type="simple" xlink:href="ivo://STClib/Observatories#GEOLUN/"/>
      <ObservationLocation>
        <AstroCoordSystem id="UTC-FK5-GEO" xlink:type="simple" xlink:href="ivo://STClib/CoordSys#UTC-FK5-GEO/"/>
        <AstroCoords coord_system_id="UTC-FK5-GEO">
          <Time unit="s"><TimeInstant><ISOTime>2006-11-01T10:00:00</ISOTime></TimeInstant><Error>2</Error></Time>
          <Position2D unit="deg"><Name1>RA</Name1><Name2>Dec</Name2>
            <Value2><C1 pos_unit="deg">148.9</C1><C2 pos_unit="deg">69.1</C2></Value2>
            <Error2Radius>0.02</Error2Radius></Position2D>
          <Redshift><Value>0.1</Value></Redshift>
        </AstroCoords>
      </ObservationLocation>
    </ObsDataLocation></WhereWhen>`,
);
