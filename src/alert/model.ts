/**
 * The one model of an alert, whatever format it came in. Immutable, plain data: it crosses process borders as JSON.
 * Angles are degrees (ICRS unless `system` says otherwise), times are ISO 8601 in UTC with a trailing `Z`.
 */

/** VOEvent 2.0 §3.1.3. A packet without a role is an observation; a role nobody knows counts as a test. */
export const ROLES = ['observation', 'prediction', 'utility', 'test'] as const;
export type Role = (typeof ROLES)[number];

/** What the alert does to what was said before about its event. */
export const KINDS = ['new', 'update', 'retraction'] as const;
export type Kind = (typeof KINDS)[number];

/** VOEvent 2.0 §3.8: how a packet cites an earlier one. */
export const CITE_KINDS = ['followup', 'supersedes', 'retraction'] as const;
export type CiteKind = (typeof CITE_KINDS)[number];

/** One `Param` of the packet's `What`, in document order. `value` is always the text as it was sent. */
export interface Param {
  readonly name: string;
  readonly value: string;
  readonly unit?: string;
  readonly ucd?: string;
  readonly dataType?: string;
  /** Name of the `Group` it stands in; an empty string for an unnamed group; absent at top level. */
  readonly group?: string;
}

export interface Citation {
  readonly ivorn: string;
  readonly cite: CiteKind;
}

export interface Author {
  readonly ivorn?: string;
  readonly name?: string;
  readonly contact?: string;
  readonly email?: string;
}

export interface Alert {
  /** Stable key of these exact bytes: the first 16 hexadecimal digits of their SHA-256. */
  readonly id: string;
  /** The identifier the author gave it. Two variants of one event may share it (VTP 2.0 §8); `id` tells them apart. */
  readonly ivorn: string;
  readonly format: 'voevent';
  /** Version of the format as the packet claims it: `1.0`, `1.1`, `2.0`, `2.1`. */
  readonly version: string;
  readonly role: Role;
  /** True when the role is test or unknown, or a field of the packet marks it as one. */
  readonly test: boolean;
  readonly kind: Kind;
  /** Who publishes: the identifier without scheme and local part, as `nasa.gsfc.gcn/SWIFT`. */
  readonly stream: string;
  /** The part after `#` (or after `?`, VOEvent 2.1); empty when there is none. */
  readonly local: string;
  readonly author?: Author;
  /** When the packet was written. */
  readonly date?: string;
  /** When the event happened. */
  readonly time?: string;
  /** Right ascension in degrees, 0 ≤ ra < 360. */
  readonly ra?: number;
  /** Declination in degrees, −90 ≤ dec ≤ 90. */
  readonly dec?: number;
  /** Radius of the error circle in degrees. */
  readonly errorRadius?: number;
  /** Coordinate system as the packet names it, as `UTC-FK5-GEO`. */
  readonly system?: string;
  readonly params: readonly Param[];
  readonly citations: readonly Citation[];
  /** The author's own estimate of importance, 0 to 1 (VOEvent 2.0 §3.6). */
  readonly importance?: number;
  readonly description?: string;
  /** Name of the source in the configuration that heard it. */
  readonly source: string;
  /** When its last byte arrived here. */
  readonly receivedAt: string;
}
