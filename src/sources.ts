import type { BroadcastSettings } from './broadcast/messages.ts';
import { withoutUndefined } from './common/objects.ts';
import type { Source } from './intake/messages.ts';
import type { Settings } from './settings.ts';
import type { WebSettings } from './web/messages.ts';

/** The sources of a configuration, as the intake thread takes them. */
export function intakeSources({ identity, sources, web }: Settings): Source[] {
  // Where acks say that packets can be read: what stands before `ID.xml`.
  const storedUrl = web !== false && web.storedInAcks ? `${web.url}/alerts/` : undefined;
  return Object.entries(sources).map(([name, source]) => intakeSource({ identity, storedUrl }, name, source));
}

function intakeSource(
  ours: { readonly identity: string; readonly storedUrl: string | undefined },
  name: string,
  source: Settings['sources'][string],
): Source {
  switch (source.type) {
    case 'vtp':
      return {
        type: 'vtp',
        name,
        settings: {
          ...ours,
          dialect: source.dialect,
          brokers: source.brokers,
          maxFrame: source.maxFrame,
          silenceMs: source.silence,
          connectTimeoutMs: source.connectTimeout,
          reconnect: { initialMs: source.reconnect.initial, maxMs: source.reconnect.max },
          filters: source.filters,
          tls: source.tls === false ? undefined : withoutUndefined(source.tls === true ? {} : source.tls),
        },
      };
    case 'receiver':
      return {
        type: 'receiver',
        name,
        settings: {
          ...ours,
          listen: source.listen,
          allow: source.allow,
          validate: source.validate,
          timeoutMs: source.timeout,
          keepOpenMs: source.keepOpen === false ? undefined : source.keepOpen,
          maxFrame: source.maxFrame,
          maxConnections: source.maxConnections,
          maxPerAddress: source.maxPerAddress,
          rate: source.rate,
          tls: source.tls === undefined ? undefined : withoutUndefined(source.tls),
        },
      };
  }
}

/** The broadcast of a configuration, as its thread takes it; undefined when there is none. */
export function broadcastSettings({ identity, sources, broadcast }: Settings): BroadcastSettings | undefined {
  if (broadcast === undefined) return undefined;
  return {
    identity,
    listen: broadcast.listen,
    allow: broadcast.allow,
    rule: broadcast.filter,
    compose: broadcast.compose,
    iamaliveMs: broadcast.iamalive,
    maxUnacknowledged: broadcast.maxUnacknowledged,
    maxQueue: broadcast.maxQueue,
    catchUpMs: broadcast.catchUp === false ? undefined : broadcast.catchUp,
    maxConnections: broadcast.maxConnections,
    maxPerAddress: broadcast.maxPerAddress,
    trusted: Object.entries(sources).flatMap(([name, { type }]) => (type === 'receiver' ? [name] : [])),
    tls: broadcast.tls === undefined ? undefined : withoutUndefined(broadcast.tls),
  };
}

/** The status page of a configuration, as its thread takes it; undefined when there is none. */
export function webSettings({ web }: Settings): WebSettings | undefined {
  if (web === false) return undefined;
  return {
    listen: web.listen,
    tokens: web.auth?.tokens.map((token) => token.reveal()),
    url: web.url,
    feedItems: web.feedItems,
    maxConnections: web.maxConnections,
  };
}
