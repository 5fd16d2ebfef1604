import type { HttpBindings } from '@hono/node-server';
import type { PrettyPacket } from '../alert/pretty.ts';
import type { Log } from '../common/log.ts';
import type { Desk } from './desk.ts';
import type { Hub } from './hub.ts';
import type { WebSettings } from './messages.ts';

/** What hono hands to every route. */
export interface Env {
  Bindings: HttpBindings;
}

/** What the routes work with. */
export interface Site {
  readonly desk: Desk;
  readonly hub: Hub;
  readonly settings: WebSettings;
  readonly log: Log;
  /** Lays a packet out for reading; loaded when it is first needed. */
  readonly pretty: (packet: Buffer) => Promise<PrettyPacket>;
}

/** Nobody can tell how things stand: the main thread does not answer. */
export class Unanswered extends Error {}

/** Under which address the caller reaches us, without a slash at the end. */
export function baseOf({ settings }: Site, host: string | undefined): string {
  if (settings.url !== undefined) return settings.url;
  const { listen } = settings;
  const fallback = 'path' in listen ? 'localhost' : listen.text;
  return `http://${host !== undefined && /^[\w.:[\]-]{1,255}$/.test(host) ? host : fallback}`;
}
