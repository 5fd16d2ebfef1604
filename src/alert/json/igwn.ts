import type { Decoded } from '../decoded.ts';
import type { Alert, Kind, Reception } from '../model.ts';
import { present } from '../present.ts';
import { eventKey, isMockSuperevent } from '../thread.ts';
import { normaliseTime } from '../time.ts';
import {
  booleanIn,
  isTestStream,
  isWebAddress,
  type JsonObject,
  namesIn,
  objectIn,
  positiveIn,
  probabilitiesIn,
  textIn,
} from './fields.ts';
import { readParams } from './params.ts';

const MISSION = 'LVK';

/** Whether a document is an alert of LIGO, Virgo and KAGRA. */
export function isGwAlert(document: JsonObject): boolean {
  return textIn(document, 'superevent_id') !== undefined && textIn(document, 'alert_type') !== undefined;
}

/**
 * The alert in a document of LIGO, Virgo and KAGRA (topic `igwn.gwalert`, LVK Public Alerts User Guide). Give it only
 * what `isGwAlert`. A retraction has no `event`.
 *
 * @param id key of the alert's bytes
 */
export function igwnToAlert(document: JsonObject, id: string, reception: Reception): Decoded {
  const superevent = namesIn(document, 'superevent_id')[0] ?? id;
  const event = objectIn(document, 'event');
  const stream = reception.topic ?? 'igwn.gwalert';
  const test = isMockSuperevent(superevent) || isMarkedAsTest(event) || isTestStream(stream);
  // Not the burst in external_coinc: a chance coincidence must not make one thread of two events.
  const thread = eventKey(MISSION, superevent, test);
  const { params, groups } = readParams(document);
  const alert: Alert = present({
    id,
    ivorn: superevent,
    format: 'igwn' as const,
    version: '',
    role: test ? ('test' as const) : ('observation' as const),
    test,
    kind: readKind(document),
    thread,
    stream,
    local: superevent,
    mission: MISSION,
    instruments: namesIn(event, 'instruments'),
    author: { name: 'LIGO/Virgo/KAGRA' },
    date: normaliseTime(textIn(document, 'time_created')),
    time: normaliseTime(textIn(event, 'time')),
    skymap: textIn(event, 'skymap') === undefined ? undefined : { embedded: true as const, field: 'event.skymap' },
    params,
    groups,
    tables: [],
    citations: [],
    inferences: [],
    significant: booleanIn(event, 'significant'),
    far: positiveIn(event, 'far'),
    classification: probabilitiesIn(event, 'classification'),
    properties: probabilitiesIn(event, 'properties'),
    references: Object.entries(objectIn(document, 'urls') ?? {}).flatMap(([name, uri]) =>
      isWebAddress(uri) ? [{ uri, name }] : [],
    ),
    source: reception.source,
    receivedAt: reception.receivedAt,
    raw: document,
  });
  return { alert: Object.freeze(alert), threadKeys: [thread] };
}

/** Mock data challenges, and hardware injections, have superevents of their own, but not always names of their own. */
function isMarkedAsTest(event: JsonObject | undefined): boolean {
  return textIn(event, 'search')?.toUpperCase() === 'MDC' || textIn(event, 'group')?.toLowerCase() === 'test';
}

/** EARLYWARNING, PRELIMINARY and INITIAL say nothing of what was said before. */
function readKind(document: JsonObject): Kind {
  const type = textIn(document, 'alert_type')?.toLowerCase();
  return type === 'update' || type === 'retraction' ? type : 'new';
}
