import type { Group, Kind, Param, Skymap } from '../model.ts';
import { perSecond } from '../rates.ts';
import { isMockSuperevent } from '../thread.ts';

/**
 * What a VOEvent says through the names of its Params. No standard fixes these names; the missions keep to them, and
 * docs/alerts.md lists them.
 */
export interface Claims {
  /** Marked as a test, a rehearsal or an injection, whatever the role says. */
  isTest: boolean;
  kind: Kind | undefined;
  /** Says itself that its coordinates mean nothing. */
  hasNoPosition: boolean;
  /** The mission's numbers for the event, strongest first. */
  eventIds: string[];
  /** IceCube names an event by its run and the number within it; GCN's JSON writes `run_event`. */
  run: string | undefined;
  event: string | undefined;
  /** Name of a gravitational-wave superevent. */
  superevent: string | undefined;
  instruments: string[];
  skymap: Skymap | undefined;
  far: number | undefined;
  significance: number | undefined;
  significant: boolean | undefined;
  classification: Record<string, number> | undefined;
  properties: Record<string, number> | undefined;
}

type Reader = (claims: Claims, param: Param) => void;

const testFlag: Reader = (claims, { value }) => {
  claims.isTest ||= isTrue(value);
};
const eventId: Reader = (claims, { value }) => {
  if (isName(value)) claims.eventIds.push(value);
};
const superevent: Reader = (claims, { value }) => {
  if (!isName(value)) return;
  claims.superevent ??= value;
  claims.isTest ||= isMockSuperevent(value);
};
const skymapUrl: Reader = (claims, { value }) => {
  // Fermi's final positions name the picture of the map here, and not the map.
  if (value !== '' && !PICTURE.test(value)) claims.skymap ??= { url: value };
};

const PICTURE = /\.(?:png|gif|jpe?g|svg|pdf|ps|html?)$/i;

const READERS = new Map<string, Reader>(
  Object.entries<Reader>({
    Test: testFlag,
    Test_Submission: testFlag,
    InternalTest: testFlag,
    Test_Notice: testFlag,
    HardwareInj: testFlag,
    Search(claims, { value }) {
      claims.isTest ||= value.toUpperCase() === 'MDC';
    },
    Group(claims, { value }) {
      claims.isTest ||= value.toLowerCase() === 'test';
    },
    AlertType: readAlertType,
    Retraction(claims, { value }) {
      if (isTrue(value)) claims.kind = 'retraction';
    },
    RADec_valid(claims, { value }) {
      claims.hasNoPosition ||= /^(?:false|no|0)$/i.test(value);
    },
    // GCN's first packets of a trigger: 0 is “unavailable/inappropriate”, 1 “source_object”.
    Coords_Type(claims, { value }) {
      claims.hasNoPosition ||= value === '0';
    },
    Coords_String(claims, { value }) {
      claims.hasNoPosition ||= /^unavailable/i.test(value);
    },
    TrigID: eventId,
    TRIG_NO: eventId,
    Trigger_Number: eventId,
    TrigNum: eventId,
    Burst_Id: eventId,
    event_no: eventId,
    run_id(claims, { value }) {
      if (isName(value)) claims.run ??= value;
    },
    event_id(claims, { value }) {
      if (isName(value)) claims.event ??= value;
    },
    GraceID: superevent,
    superevent_id: superevent,
    Instruments(claims, { value }) {
      claims.instruments.push(...words(value));
    },
    Significant(claims, { value }) {
      claims.significant = isTrue(value);
    },
    FAR(claims, { number, unit }) {
      claims.far ??= readFar(number, unit);
    },
    skymap_fits: skymapUrl,
    skymap_url: skymapUrl,
    SKYMAP_URL: skymapUrl,
    SKYMAP_URL_FITS_BASIC: skymapUrl,
    LocationMap_URL: skymapUrl,
    POS_MAP_URL: skymapUrl,
    healpix_url: skymapUrl,
  }),
);

/** Reads the Params and groups whose names mean something. */
export function readClaims(params: readonly Param[], groups: readonly Group[]): Claims {
  const claims: Claims = {
    isTest: false,
    kind: undefined,
    hasNoPosition: false,
    eventIds: [],
    run: undefined,
    event: undefined,
    superevent: undefined,
    instruments: [],
    skymap: undefined,
    far: undefined,
    significance: undefined,
    significant: undefined,
    classification: undefined,
    properties: undefined,
  };
  for (const param of params) {
    READERS.get(param.name)?.(claims, param);
    if (param.number !== undefined && param.ucd === 'stat.snr' && param.unit === 'sigma') {
      claims.significance = Math.max(param.number, claims.significance ?? param.number);
    }
  }
  if (claims.run !== undefined && claims.event !== undefined) claims.eventIds.push(`${claims.run}_${claims.event}`);
  for (const group of groups) {
    const kinds = [group.type, group.name];
    if (kinds.includes('Classification')) claims.classification ??= numbersOf(group);
    if (kinds.includes('Properties')) claims.properties ??= numbersOf(group);
  }
  return claims;
}

/** LVK: Preliminary, Initial, Update, Retraction. */
function readAlertType(claims: Claims, { value }: Param): void {
  const type = value.toLowerCase();
  if (type === 'retraction' || (type === 'update' && claims.kind === undefined)) claims.kind = type;
  claims.isTest ||= type === 'test';
}

function readFar(value: number | undefined, unit: string | undefined): number | undefined {
  return value === undefined || value < 0 || unit === undefined ? undefined : perSecond(value, unit);
}

/** What senders write when an event has no number: nothing, 0, 1, anything negative, words. */
const NO_NAME = /^(?:|[+-]?0*1?|[+-]?0*\.0*|-[\d.]*|n\/?a|none|null|undefined|unknown)$/i;

function isName(value: string): boolean {
  return value.length > 20 || !NO_NAME.test(value);
}

function isTrue(value: string): boolean {
  return /^(?:true|yes|[1-9]\d*)$/i.test(value.trim().slice(0, 20));
}

function words(value: string): string[] {
  return value
    .slice(0, 1_000)
    .split(/[\s,;]+/)
    .filter((word) => word !== '');
}

function numbersOf(group: Group): Record<string, number> {
  return Object.fromEntries(
    group.params.flatMap(({ name, number }) => (number === undefined || name === '' ? [] : [[name, number]])),
  );
}
