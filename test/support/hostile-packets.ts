import { escapeXml } from '../../src/alert/envelope.ts';

/** What runs in a page that takes one of these texts for markup. */
export const RUNS = 'window.hacked=1';

/** Texts that XML can hold, and that no page may take for more than text. */
export const HOSTILE_TEXTS: readonly string[] = [
  `<script>${RUNS}</script>`,
  `"><img src=x onerror=${RUNS}>`,
  `' onmouseover='${RUNS}' style='position:fixed;inset:0`,
  `</title></script></pre></bdi></select></table><svg onload=${RUNS}>`,
  `]]><script>${RUNS}</script><![CDATA[<!--`,
  `javascript:${RUNS}`,
  `data:text/html,<script>${RUNS}</script>`,
  `https://example.org/" onclick="${RUNS}`,
  '//example.org/elsewhere',
  '{{7*7}} &amp;lt; &#60;script&#62; %3Cscript%3E \\u003cscript\\u003e',
  'rtl \u202e evil \u2066 marks \u200f\u061c \u009b zero \u200b width \ufeff tag \u{e0041}',
  `tower e${'\u0301'.repeat(280)}`,
];

/** Names of 100 kB, one of which becomes three times as long when it is made visible. */
export const HOSTILE_NAMES: readonly string[] = ['n'.repeat(100_000), '\u202e'.repeat(33_000), '<'.repeat(25_000)];

/** Texts that only JSON can hold. */
export const UNWRITABLE = 'nul \u0000 bell \u0007 escape \u001b[31m lone \ud800 and \udfff';

/** A VOEvent whose every text is this one. @param number tells it from others that are the same otherwise */
export function hostileVoevent(text: string, number: number): Buffer {
  const it = escapeXml(text);
  const param = `<Param name="${it}" value="${it}" unit="${it}" ucd="${it}" dataType="${it}" utype="${it}"><Description>${it}</Description></Param>`;
  const field = `<Field name="${it}" ucd="${it}" unit="${it}" dataType="${it}" utype="${it}"><Description>${it}</Description></Field>`;
  return Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>
<voe:VOEvent xmlns:voe="http://www.ivoa.net/xml/VOEvent/v2.0" version="2.0" role="observation" ivorn="ivo://org.example/${it}#${it}${number}">
  <Who><AuthorIVORN>${it}</AuthorIVORN><Date>${it}</Date>
    <Author><title>${it}</title><shortName>${it}</shortName><contactName>${it}</contactName>
      <contactEmail>${it}</contactEmail><contactPhone>${it}</contactPhone><contributor>${it}</contributor><logoURL>${it}</logoURL></Author>
  </Who>
  <What>${param}<Group name="${it}" type="${it}"><Description>${it}</Description>${param}</Group>
    <Table name="${it}" type="${it}"><Description>${it}</Description>${param}${field}<Data><TR><TD>${it}</TD></TR></Data></Table>
    <Reference uri="${it}" type="${it}" name="${it}"/><Description>${it}</Description>
  </What>
  <WhereWhen id="${it}"><ObsDataLocation><ObservatoryLocation id="${it}"/><ObservationLocation>
    <AstroCoordSystem id="${it}"/><AstroCoords coord_system_id="${it}">
      <Time unit="${it}"><TimeInstant><ISOTime>${it}</ISOTime></TimeInstant></Time>
      <Position2D unit="deg"><PositionName>${it}</PositionName><Name1>${it}</Name1><Name2>${it}</Name2>
        <Value2><C1>10.5</C1><C2>-20.5</C2></Value2><Error2Radius>0.5</Error2Radius></Position2D>
    </AstroCoords></ObservationLocation></ObsDataLocation></WhereWhen>
  <How><Description>${it}</Description><Reference uri="${it}" mimetype="${it}" meaning="${it}"/></How>
  <Why importance="0.5" expires="${it}"><Name>${it}</Name><Concept>${it}</Concept><Description>${it}</Description>
    <Inference probability="0.5" relation="${it}"><Name>${it}</Name><Concept>${it}</Concept><Description>${it}</Description>
      <Reference uri="${it}"/></Inference></Why>
  <Citations><EventIVORN cite="followup">${it}</EventIVORN><EventIVORN cite="${it}">ivo://org.example/${it}#${it}${number}</EventIVORN>
    <Description>${it}</Description></Citations>
  <Reference uri="${it}" name="${it}" type="url"/><Description>${it}</Description>
</voe:VOEvent>
`);
}

/** A VOEvent whose stream, local name, author, measurement and place have this name. */
export function hostileNames(name: string, number: number): Buffer {
  const it = escapeXml(name);
  return Buffer.from(`<voe:VOEvent xmlns:voe="http://www.ivoa.net/xml/VOEvent/v2.0" version="2.0" role="observation"
  ivorn="ivo://org.example/${it}#${it}${number}"><Who><Author><title>${it}</title></Author></Who>
  <What><Param name="${it}" value="1"/></What></voe:VOEvent>`);
}

/** A VOEvent with a role that nobody knows. */
export function hostileRole(text: string): Buffer {
  return Buffer.from(
    hostileVoevent(text, 0)
      .toString()
      .replace('role="observation"', `role="${escapeXml(text)}"`),
  );
}

/** An alert of GCN in JSON whose every text is this one. */
export function hostileGcn(text: string, number: number): Buffer {
  return Buffer.from(
    JSON.stringify({
      $schema: `https://gcn.nasa.gov/schema/main/${text}`,
      ...{ mission: text, instrument: [text, text], messenger: text, record_number: number, alert_type: 'initial' },
      ...{ alert_datetime: text, alert_tense: text, alert_type_note: text, id: [text, `${text}${number}`] },
      ...{ event_name: [text], ref_ID: text, follow_up_event: text, reference: { [text]: text }, url: text },
      ...{
        ra: 10,
        dec: 20,
        ra_dec_error: 0.5,
        trigger_time: text,
        classification: { [text]: 0.5, ['__proto__']: 0.25 },
      },
      ...{ [text]: text, additional_info: text, healpix_url: text, nested: { [text]: [text, { [text]: text }] } },
    }),
  );
}

/** An alert of LVK in JSON whose every text is this one. */
export function hostileIgwn(text: string, number: number): Buffer {
  return Buffer.from(
    JSON.stringify({
      ...{
        alert_type: 'INITIAL',
        time_created: text,
        superevent_id: `${text}${number}`,
        urls: { gracedb: text, [text]: text },
      },
      event: {
        ...{
          time: text,
          far: 1e-9,
          significant: true,
          instruments: [text, text],
          group: text,
          pipeline: text,
          search: text,
        },
        ...{ properties: { [text]: 0.5 }, classification: { [text]: 0.5 }, skymap: 'AAAA' },
      },
      external_coinc: { gcn_notice_id: text, ivorn: text, observatory: text, search: text, time_difference: 1.5 },
    }),
  );
}

const XHTML = 'http://www.w3.org/1999/xhtml';

/** Documents that would run something if a browser opened them as what they are. The first three are no VOEvents. */
export const HOSTILE_DOCUMENTS: readonly Buffer[] = [
  `<!doctype html><html><head><title>hello</title></head><body onload="${RUNS}"><script>${RUNS}</script></body></html>`,
  `<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="${RUNS}"><script>${RUNS}</script></svg>`,
  `<?xml version="1.0"?><html xmlns="${XHTML}"><head><title>x</title></head><body><script>${RUNS}</script></body></html>`,
  `<?xml version="1.0"?><?xml-stylesheet type="text/xsl" href="data:text/xml,&lt;x/>"?>
<v:VOEvent xmlns:v="http://www.ivoa.net/xml/VOEvent/v2.0" xmlns:h="${XHTML}" version="2.0" role="observation" ivorn="ivo://org.example/in#xhtml">
<h:script>${RUNS}</h:script><h:img src="x" onerror="${RUNS}"/><What><Description><h:script>${RUNS}</h:script></Description></What></v:VOEvent>`,
  '<v:VOEvent xmlns:v="http://www.ivoa.net/xml/VOEvent/v2.0" version="2.0" role="observation" ivorn="ivo://org.example/nul#\0"><What><Description>\0<script></Description></What></v:VOEvent>',
  `<v:VOEvent xmlns:v="http://www.ivoa.net/xml/VOEvent/v2.0" version="2.0" role="observation" ivorn="ivo://org.example/half#&#xD800;"/>`,
  `<v:VOEvent ivorn="ivo://org.example/<script>${RUNS}</script>" role="observation"><script>${RUNS}</script>`,
  `{"<script>${RUNS}</script>": "</script><script>${RUNS}</script>"}`,
  `GIF89a/*<script>${RUNS}</script>*/`,
].map((text) => Buffer.from(text, 'latin1'));
