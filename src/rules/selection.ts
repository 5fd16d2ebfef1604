import type { Alert, Kind, Role } from '../alert/model.ts';
import type { Site } from '../sky/site.ts';
import type { Glob } from './glob.ts';
import type { Rule } from './rule.ts';

/** When a handler gets further alerts of a thread of which it has got one. */
export interface Repeat {
  /** The position is at least so many degrees from the one that it got. */
  readonly movedDegrees: number | undefined;
  /** The error circle is smaller than the one that it got. */
  readonly improved: boolean;
}

/** What decides whether a handler gets an alert. All must hold. */
export interface Selection {
  readonly handler: string;
  /** Handlers whose dead deliveries it gets; where there are any, it gets no alerts but those. */
  readonly fallbackOf: readonly string[];
  /** A test reaches only handlers that name `test` here. */
  readonly roles: readonly Role[];
  /** What becomes of a test that would be taken but for its role: `pretend` rehearses with it. */
  readonly tests: 'skip' | 'pretend';
  readonly mode: 'live' | 'pretend';
  readonly maxAgeMs: number | undefined;
  /** Of which one must fit the stream or the identifier. */
  readonly streams: readonly Glob[] | undefined;
  /** Of which one must fit the Kafka topic. */
  readonly topics: readonly Glob[] | undefined;
  readonly kinds: readonly Kind[] | undefined;
  readonly minImportance: number | undefined;
  /** Degrees. */
  readonly maxErrorRadius: number | undefined;
  readonly rule: Rule | undefined;
  readonly site: Site | undefined;
  /** Only one alert of each thread, and further ones as `repeat` says. */
  readonly once: boolean;
  readonly repeat: Repeat | undefined;
  /** What is withdrawn or superseded is not handed over. */
  readonly cancels: boolean;
  /** It has options of its own for alerts that withdraw what it has got. */
  readonly retracts: boolean;
}

/** Whether the handler only rehearses with this alert: always, or because it is a test that it did not ask for. */
export function pretendsWith({ mode, roles }: Pick<Selection, 'mode' | 'roles'>, alert: Alert): boolean {
  return mode === 'pretend' || (alert.test && !roles.includes('test'));
}
