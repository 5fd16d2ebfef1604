import type { Alert } from '../src/alert/model.ts';
import { factsFor } from '../src/rules/circumstances.ts';
import { compileRule, type Rule } from '../src/rules/rule.ts';
import { createVocabulary } from '../src/rules/vocabulary.ts';
import type { Site } from '../src/sky/site.ts';
import { Sky } from '../src/sky/sky.ts';
import { median } from './statistics.ts';

export interface RuleCost {
  readonly name: string;
  readonly role: 'sky' | 'sites' | 'plain';
  readonly microsecondsPerRule: number;
}

const HANDLERS = 10;
const SKY =
  'sky.altitude > 30 && sky.sunAltitude < -18 && sky.moonSeparation > 30 && alert.errorRadius < 1 && sky.visibleMinutes(8, 30, -12) > 60';
const PLAIN = 'alert.role == "observation" && alert.errorRadius < 1 && number("Packet_Type") == 61.0';

/** By night at the site, so that no part of the rule is left out. Each alert a second after the other, for half an hour. */
const NIGHT = Date.parse('2026-11-22T01:00:00Z');
const SECONDS = 1_800;
const SITE: Site = { name: 's', latitude: 28.76, longitude: -17.88, elevation: 2_396, horizon: 15, twilight: -18 };
const WARM_UP = 2_000;

interface Job {
  readonly name: string;
  readonly role: RuleCost['role'];
  readonly rules: readonly { readonly rule: Rule; readonly site: Site }[];
}

/** (h) A rule for ten handlers, on an alert a second. */
export function measureRules(repetitions: number, seconds: number): RuleCost[] {
  const alerts = highAlerts();
  const jobs = jobsToDo();
  for (const job of jobs) costOf(job, alerts, WARM_UP);
  const costs = jobs.map((): number[] => []);
  for (let turn = 0; turn < repetitions * 5; turn += 1) {
    for (const [index, job] of jobs.entries()) costs[index]?.push(costOf(job, alerts, seconds * 200));
  }
  return jobs.map(({ name, role }, index) => ({ name, role, microsecondsPerRule: median(costs[index] ?? []) }));
}

function jobsToDo(): Job[] {
  const { vocabulary } = createVocabulary({}, {});
  const rules = (source: string, site: (index: number) => Site) =>
    Array.from({ length: HANDLERS }, (_, index) => ({ rule: compileRule(source, vocabulary), site: site(index) }));
  const apart = (index: number): Site => ({ ...SITE, name: `s${index}`, longitude: SITE.longitude + index / 10 });
  return [
    { name: `${HANDLERS} handlers at one site, Sun, Moon and visibility`, role: 'sky', rules: rules(SKY, () => SITE) },
    { name: `${HANDLERS} handlers, each at a site of its own`, role: 'sites', rules: rules(SKY, apart) },
    { name: `${HANDLERS} handlers, without the sky`, role: 'plain', rules: rules(PLAIN, () => SITE) },
  ];
}

/** Alerts in many places, each high above the site and away from the Moon. */
function highAlerts(): Alert[] {
  const alerts: Alert[] = [];
  for (let index = 0; alerts.length < 100; index += 1) {
    const [ra, dec] = [(index * 7.31) % 360, ((index * 3.7) % 120) - 50];
    const { altitude, moonSeparation } = new Sky({ ra, dec }, SITE, NIGHT);
    if (altitude > 45 && moonSeparation > 40) alerts.push(alertAt(ra, dec));
  }
  return alerts;
}

function alertAt(ra: number, dec: number): Alert {
  return {
    ...{ id: '0123456789abcdef', ivorn: 'ivo://org.example/bench#1', format: 'voevent', version: '2.0' },
    ...{ role: 'observation', test: false, kind: 'new', thread: 't', stream: 'org.example/bench', local: '1' },
    ...{ instruments: [], ra, dec, errorRadius: 0.05, params: [{ name: 'Packet_Type', value: '61', number: 61 }] },
    ...{ groups: [], tables: [], citations: [], inferences: [], references: [] },
    ...{ source: 'bench', receivedAt: '2026-11-22T01:00:00.000Z', raw: '' },
  };
}

let second = 0;

/** Microseconds for each rule. @param forMs how long to go on */
function costOf({ rules }: Job, alerts: readonly Alert[], forMs: number): number {
  const startedAt = performance.now();
  let [done, elapsedMs] = [0, 0];
  while (elapsedMs < forMs) {
    for (const alert of alerts) {
      second = (second + 1) % SECONDS;
      const first = { first: true, retracted: false, previous: undefined, moved: undefined };
      const circumstances = {
        ...{ alert, now: NIGHT + second * 1_000, thread: () => first, delivered: () => undefined },
        ...{ superseder: () => undefined, begun: () => false },
      };
      for (const { rule, site } of rules) {
        const { fired, why } = rule.evaluate(factsFor(circumstances, site));
        if (!fired) throw new Error(`A rule did not fire: ${why}`);
      }
    }
    done += alerts.length * rules.length;
    elapsedMs = performance.now() - startedAt;
  }
  return (elapsedMs * 1_000) / done;
}
