/** How missions write their own names, by letters and digits alone: senders differ in case, blanks and hyphens. */
const NAMES = new Map(
  [
    'AGILE',
    'AMON',
    'Boom',
    'BurstCube',
    'CALET',
    'CHIME',
    'DSA-110',
    'Einstein Probe',
    'Fermi',
    'Gaia',
    'GECAM',
    'GLOWBUG',
    'HAWC',
    'HEASARC',
    'IceCube',
    'INTEGRAL',
    'IXPE',
    'KM3NeT',
    'Konus',
    'LVK',
    'MAXI',
    'Super-Kamiokande',
    'SVOM',
    'Swift',
  ].map((name) => [slug(name), name]),
);

/** Other names by which they go: folders of GCN's schema, streams of VOEvents. */
const ALIASES: Readonly<Record<string, string>> = {
  chimefrb: 'CHIME',
  konuswind: 'Konus',
  ligo: 'LVK',
  lvc: 'LVK',
  superk: 'Super-Kamiokande',
  sksn: 'Super-Kamiokande',
};

/** The one spelling of a mission's name, so that `alert.mission == "Swift"` holds in every format. */
export function missionName(written: string): string {
  const key = slug(written);
  return NAMES.get(key) ?? (Object.hasOwn(ALIASES, key) ? ALIASES[key] : undefined) ?? written;
}

/** Letters and digits, lower case. */
export function slug(text: string): string {
  return text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '');
}
