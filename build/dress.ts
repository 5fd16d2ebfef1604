/** How the data of a page is changed before the page sees it. */
export interface Dress {
  /** Added to every time. */
  readonly shiftMs: number;
  /** What stands for what, in every text. */
  readonly names: readonly (readonly [from: string, to: string])[];
  /** Whether the source `campus` has been silent for a while. */
  readonly isSilent: boolean;
}

/** Runs in the browser, before the page's own script: whatever that reads as JSON is dressed. Uses nothing from outside. */
export function dressUp({ shiftMs, names, isSilent }: Dress): void {
  const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/;
  const MINUTE_MS = 60_000;
  type Things = Record<string, unknown>;

  const text = (given: string): string => {
    if (TIME.test(given)) return new Date(Date.parse(given) + shiftMs).toISOString();
    return names.reduce((changed, [from, to]) => changed.replaceAll(from, to), given);
  };
  const dressed = (given: unknown): unknown => {
    if (typeof given === 'string') return text(given);
    if (Array.isArray(given)) return given.map(dressed);
    if (typeof given !== 'object' || given === null) return given;
    return Object.fromEntries(Object.entries(given).map(([name, value]) => [name, dressed(value)]));
  };

  /** As if it had been up for days. */
  const aged = (status: Things): void => {
    const ago = (minutes: number) => new Date(Date.parse(String(status.now)) - minutes * MINUTE_MS).toISOString();
    const change = (list: unknown, changes: readonly Things[]): void => {
      for (const [index, one] of (list as Things[]).entries()) Object.assign(one, changes[index]);
    };
    status.startedAt = ago(4_520);
    const silence = { since: ago(12.07), lastMessageAt: ago(12.07), lastIamaliveAt: ago(12.07), lastAlertAt: ago(43) };
    change(status.sources, [
      { since: ago(667), received: 18_211, duplicates: 17, bytes: 91_244_012, reconnects: 2 },
      {
        since: ago(2_204),
        received: 911,
        duplicates: 890,
        bytes: 4_300_112,
        reconnects: 5,
        ...(isSilent ? silence : {}),
      },
      { since: ago(4_520), received: 46, duplicates: 0, bytes: 139_112 },
    ]);
    const broadcast = status.broadcast as Things;
    broadcast.since = ago(4_520);
    change(broadcast.subscribers, [
      { since: ago(834), lastMessageAt: ago(0.4), sent: 401, receipts: 401, owed: 0 },
      { since: ago(95), lastMessageAt: ago(0.7), sent: 3, receipts: 3, owed: 0 },
    ]);
    for (const concern of status.concerns as Things[])
      concern.message = String(concern.message).replace(/^Nothing has come for [^:]+:/, 'Nothing has come for 12m 4s:');
  };

  const dress = (given: unknown): unknown => {
    const changed = dressed(given) as Things;
    const status = (changed?.status ?? changed) as Things;
    if (typeof status === 'object' && status !== null && 'startedAt' in status && 'sources' in status) aged(status);
    return changed;
  };
  const parse = JSON.parse.bind(JSON);
  JSON.parse = (given: string) => dress(parse(given));
  const read = Response.prototype.json;
  Response.prototype.json = async function () {
    return dress(await read.call(this));
  };
}
