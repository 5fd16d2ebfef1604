import type { Alert, Param } from '../../alert/model.ts';
import { plainDecimal } from '../../alert/xml/write.ts';
import { visible } from '../../common/visible.ts';
import type { AlertRow } from '../model.ts';

const LONGEST = 2_000;
/** Of one name or value: a stranger's long one must not push all else out. */
const LONGEST_VALUE = 120;

/**
 * What an alert says, for a person: plain text in one line, sentence after sentence, of at most 2000 characters.
 *
 * @param alert absent when it cannot be read, or has not been
 */
export function describeAlert(row: AlertRow, alert: Alert | undefined): string {
  const sentences =
    row.problem === undefined
      ? [whatItIs(row, alert), whose(row, alert), when(row, alert), where(row, alert), howMuch(alert)]
      : [`In quarantine, because it cannot be read. ${oneLine(row.problem, LONGEST / 2)}.`, whatCame(row)];
  const facts = sentences.filter((sentence) => sentence !== '').join(' ');
  const words = alert?.description;
  return oneLine(words === undefined ? facts : `${facts} ${words}`, LONGEST);
}

/** Text of strangers in one line, safe to look at. */
export function oneLine(text: string, maxLength = LONGEST_VALUE): string {
  // Cut before it is searched for blanks: it may be megabytes.
  const line = visible(text, 10 * maxLength)
    .replace(/[ \t\n]+/g, ' ')
    .trim();
  return visible(line, maxLength);
}

function whatItIs(row: AlertRow, alert: Alert | undefined): string {
  const role = alert?.role ?? row.role;
  const isTest = alert?.test === true || row.role === 'test';
  const parts = [typeOf(alert), alert?.kind ?? row.kind, role && `role ${role}`];
  return `${isTest ? 'A test, not a real event. ' : ''}${sentence(parts)}`;
}

/** GCN's number for the kind of packet; else what missions call it, in VOEvents and in JSON. */
const TYPES: readonly (readonly [string, string])[] = [
  ['Packet_Type', 'packet type'],
  ['packet_type', 'packet type'],
  ['Notice_Type', 'notice type'],
  ['notice_type', 'notice type'],
  ['AlertType', 'alert type'],
  ['alert_type', 'alert type'],
  ['event_type', 'event type'],
];

function typeOf(alert: Alert | undefined): string | undefined {
  for (const [name, words] of TYPES) {
    const param: Param | undefined = alert?.params.find((candidate) => candidate.name === name);
    if (param !== undefined && param.value !== '') return `${words} ${oneLine(param.value)}`;
  }
  return undefined;
}

function whose(row: AlertRow, alert: Alert | undefined): string {
  const { author, mission } = alert ?? {};
  const stream = alert?.stream ?? row.stream;
  const by = author?.name ?? author?.title ?? author?.contact ?? author?.ivorn;
  return sentence([
    stream && `stream ${oneLine(stream)}`,
    mission && `mission ${oneLine(mission)}`,
    by && `by ${oneLine(by)}`,
  ]);
}

function when(row: AlertRow, alert: Alert | undefined): string {
  const time = alert?.time ?? row.time;
  const stop = alert?.timeStop;
  return sentence([time && `event at ${oneLine(time)}`, stop && `until ${oneLine(stop)}`]);
}

function where(row: AlertRow, alert: Alert | undefined): string {
  const { ra, dec, errorRadius } = alert ?? row;
  const name = alert?.positionName;
  const place = name === undefined ? '' : sentence([`at ${oneLine(name)}`]);
  if (ra === undefined || dec === undefined) return place;
  const radius = errorRadius === undefined ? '' : ` ± ${plainDecimal(Number(errorRadius.toPrecision(3)))}°`;
  return `RA ${degrees(ra)} Dec ${degrees(dec)}${radius}.${place && ` ${place}`}`;
}

/** To the hundredth of an arcsecond and a bit. */
function degrees(value: number): string {
  return `${plainDecimal(Number(value.toFixed(5))).replace('-', '−')}°`;
}

function howMuch(alert: Alert | undefined): string {
  const { importance, significance, significant, far } = alert ?? {};
  return sentence([
    importance !== undefined && `importance ${importance}`,
    significance !== undefined && `significance ${significance} sigma`,
    significant !== undefined && (significant ? 'called significant' : 'not called significant'),
    far !== undefined && `false-alarm rate ${far} per second`,
  ]);
}

function whatCame(row: AlertRow): string {
  return `${row.bytes} bytes from the source ${oneLine(row.source)}.`;
}

function sentence(parts: readonly (string | false | undefined)[]): string {
  const said = parts.filter((part) => part !== undefined && part !== false && part !== '').join(', ');
  return said === '' ? '' : `${said.slice(0, 1).toUpperCase()}${said.slice(1)}.`;
}
