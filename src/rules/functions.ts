import type { Param } from '../alert/model.ts';
import { separation } from '../sky/angles.ts';
import { type Facts, MissingValue } from './facts.ts';
import type { Signature } from './terms.ts';

const TRUE = /^(?:true|yes|1)$/i;
const FALSE = /^(?:false|no|0)$/i;

/**
 * What a function of the rules gives.
 *
 * @param durationOf makes CEL's kind of duration of seconds
 * @throws MissingValue where the alert does not have what it needs
 */
export function resultOf(
  { name }: Signature,
  given: readonly (string | number)[],
  facts: Facts,
  durationOf: (seconds: number) => unknown,
): unknown {
  switch (name) {
    case 'param':
      return paramOf(facts, given).value;
    case 'number':
      return numberOf(facts, given);
    case 'flag':
      return flagOf(facts, given);
    case 'probability':
      return probabilityOf(facts, String(given[0]));
    case 'age':
      return durationOf(ageOf(facts));
    case 'separation':
      return separationFrom(facts, Number(given[0]), Number(given[1]));
    case 'risesWithin':
      return facts.sky.risesWithin(Number(given[0]), Number(given[1]));
    case 'visibleMinutes':
      return facts.sky.visibleMinutes(Number(given[0]), Number(given[1]), Number(given[2]));
    default:
      throw new Error(`Nobody knows what ${name} is.`);
  }
}

/** @param given the name, or the group and the name */
function paramOf({ alert }: Facts, given: readonly (string | number)[]): Param {
  const [name, group] = given.map(String).toReversed();
  const found = alert.params.find((param) => param.name === name && (group === undefined || param.group === group));
  if (found === undefined) throw new MissingValue(`the alert has no param(${quoted(given)})`);
  return found;
}

function numberOf(facts: Facts, given: readonly (string | number)[]): number {
  const text = paramOf(facts, given).value.trim();
  const value = Number(text);
  if (text !== '' && Number.isFinite(value)) return value;
  throw new MissingValue(`the alert has no number(${quoted(given)}) ("${text}" is not a number)`);
}

function flagOf(facts: Facts, given: readonly (string | number)[]): boolean {
  const text = paramOf(facts, given).value.trim();
  if (TRUE.test(text)) return true;
  if (FALSE.test(text)) return false;
  throw new MissingValue(`the alert has no flag(${quoted(given)}) ("${text}" is neither true nor false)`);
}

function probabilityOf({ alert }: Facts, name: string): number {
  const value = alert.classification?.[name] ?? alert.properties?.[name];
  if (value === undefined) throw new MissingValue(`the alert has no probability(${quoted([name])})`);
  return value;
}

/** Seconds since it was written, or since it came where it bears no date. */
function ageOf({ alert, now }: Facts): number {
  return (now - Date.parse(alert.date ?? alert.receivedAt)) / 1_000;
}

function separationFrom({ alert }: Facts, ra: number, dec: number): number {
  if (alert.ra === undefined || alert.dec === undefined) throw new MissingValue('the alert has no position');
  return separation(alert.ra, alert.dec, ra, dec);
}

const quoted = (given: readonly (string | number)[]): string => given.map((one) => JSON.stringify(one)).join(', ');
