import { type ComponentChildren, h, type JSX } from 'preact';
import type { Alert, Author, Inference } from '../../alert/model.ts';
import { type Field, fieldList, section } from './fields.ts';
import { degrees, hours, radius, signedDegrees, signedSexagesimal } from './sky.ts';
import { shown, shownAddress, shownLines } from './text.ts';
import { shownTime } from './time.ts';

type Fields = Omit<Alert, 'raw'>;

const optional = (text: string | undefined) => (text === undefined ? undefined : shown(text, 1_000));

/** What the alert says of itself: where, when, why, who. */
export function alertFields(alert: Fields): ComponentChildren[] {
  return [
    section('where', 'Where', fieldList(where(alert))),
    section('when', 'When', fieldList(when(alert))),
    section('why', 'Why', fieldList(why(alert)), inferences(alert.inferences)),
    section('who', 'Who', fieldList(who(alert))),
  ];
}

function where({ ra, dec, errorRadius, error2, containment, system, positionName, skymap }: Fields): Field[] {
  return [
    ['RA', ra === undefined ? undefined : `${degrees(ra, 5)}° = ${hours(ra)}`],
    ['Dec', dec === undefined ? undefined : `${signedDegrees(dec, 5)}° = ${signedSexagesimal(dec)}`],
    ['Error radius', errorRadius === undefined ? undefined : `${errorRadius}° = ${radius(errorRadius)}`],
    [
      'Error ellipse',
      error2 === undefined
        ? undefined
        : `${radius(error2.major)} × ${radius(error2.minor)}, ${error2.angle}° from North through East`,
    ],
    ['Containment', containment],
    ['System', optional(system)],
    ['Place', optional(positionName)],
    ['Sky map', skymap === undefined ? undefined : skymapValue(skymap)],
  ];
}

function skymapValue({ url, embedded, field }: NonNullable<Fields['skymap']>): ComponentChildren {
  if (url !== undefined) return shownAddress(url);
  return embedded === true ? ['in the alert', field === undefined ? undefined : [': ', shown(field)]] : undefined;
}

function when({ time, timeStart, timeStop, date, expires }: Fields): Field[] {
  return [
    ['Event', shownTime(time)],
    ['From', shownTime(timeStart)],
    ['To', shownTime(timeStop)],
    ['Written', shownTime(date)],
    ['Expires', shownTime(expires)],
  ];
}

function why({ importance, significance, significant, far, classification, properties, thread }: Fields): Field[] {
  return [
    ['Importance', importance],
    ['Significance', significance === undefined ? undefined : `${significance} σ`],
    ['Significant', significant === undefined ? undefined : significant ? 'yes' : 'no'],
    ['False-alarm rate', far === undefined ? undefined : falseAlarms(far)],
    ['Classification', probabilities(classification)],
    ['Properties', probabilities(properties)],
    ['Thread', shown(thread)],
  ];
}

/** Per second, and as a person thinks of it. */
function falseAlarms(far: number): string {
  const perSecond = `${Number(far.toPrecision(3))} per second`;
  if (!(far > 0)) return perSecond;
  const years = 1 / far / 31_557_600;
  const often = years >= 1 ? `one in ${words(years)} years` : `${words(1 / years)} a year`;
  return `${perSecond} (${often})`;
}

function words(amount: number): string {
  return Number(amount.toPrecision(2)).toLocaleString('en-US', { notation: amount < 1e6 ? 'standard' : 'scientific' });
}

function probabilities(of: Readonly<Record<string, number>> | undefined): JSX.Element | undefined {
  const entries = Object.entries(of ?? {});
  if (entries.length === 0) return undefined;
  const items = entries.map(([name, value]) =>
    h('li', { key: name }, shown(name, 100), ' ', h('span', { class: 'figure' }, String(value))),
  );
  return h('ul', { class: 'plain' }, items);
}

function who(alert: Fields): Field[] {
  return [
    ['Stream', shown(alert.stream)],
    ['Local name', alert.local === '' ? undefined : shown(alert.local)],
    ['Mission', optional(alert.mission)],
    ['Instruments', alert.instruments.length === 0 ? undefined : shown(alert.instruments.join(', '), 1_000)],
    ...author(alert.author),
    ['Format', [alert.format, alert.version === '' ? undefined : [' ', shown(alert.version, 100)]]],
    ['Role', alert.role],
    ['Counts as a test', alert.test ? 'yes' : 'no'],
  ];
}

function author(author: Author | undefined): Field[] {
  return [
    ['Author', optional(author?.title ?? author?.name)],
    ['Short name', author?.title === undefined ? undefined : optional(author.name)],
    ['Author’s identifier', optional(author?.ivorn)],
    ['Contact', optional(author?.contact)],
    ['E-mail', optional(author?.email)],
    ['Telephone', optional(author?.phone)],
  ];
}

function inferences(inferences: readonly Inference[]): JSX.Element | undefined {
  if (inferences.length === 0) return undefined;
  return h('ul', { class: 'inferences' }, inferences.map(inferenceItem));
}

function inferenceItem({ probability, relation, name, concept, description }: Inference, index: number): JSX.Element {
  return h('li', { key: index }, [
    relation === undefined ? undefined : [shown(relation), ' '],
    name === undefined ? undefined : h('b', null, shown(name), ' '),
    concept === undefined ? undefined : [shownAddress(concept), ' '],
    probability === undefined ? undefined : `(probability ${probability})`,
    description === undefined ? undefined : h('p', null, shownLines(description)),
  ]);
}
