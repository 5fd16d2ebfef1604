import type { VtpSource } from './intake/messages.ts';
import type { Settings } from './settings.ts';

/** The subscriptions of a configuration, as the intake thread takes them. */
export function vtpSources({ identity, sources }: Settings): VtpSource[] {
  return Object.entries(sources).map(([name, source]) => ({
    name,
    settings: {
      identity,
      dialect: source.dialect,
      brokers: source.brokers,
      maxFrame: source.maxFrame,
      silenceMs: source.silence,
      connectTimeoutMs: source.connectTimeout,
      reconnect: { initialMs: source.reconnect.initial, maxMs: source.reconnect.max },
      tls: source.tls === false ? undefined : withoutUndefined(source.tls === true ? {} : source.tls),
    },
  }));
}

function withoutUndefined<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, part]) => part !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}
