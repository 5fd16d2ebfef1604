import type { Alert, CiteKind, Format, Kind, Role } from './model.ts';
import { ivornKey } from './thread.ts';

/** What lists and feeds show of an alert, and what finds it. */
export interface AlertSummary {
  /** The identifier, as identifiers are compared. */
  readonly name: string;
  /** As it counts: anything marked as a test is a test. */
  readonly role: Role;
  readonly kind: Kind;
  readonly format: Format;
  readonly stream: string;
  readonly date: string | undefined;
  readonly time: string | undefined;
  readonly ra: number | undefined;
  readonly dec: number | undefined;
  readonly errorRadius: number | undefined;
  readonly cites: readonly { readonly name: string; readonly cite: CiteKind }[];
}

/** An alert that cites more than this is not of use to anybody. */
const MOST_CITATIONS = 100;

export function summaryOf(alert: Alert): AlertSummary {
  const { ivorn, role, test, kind, format, stream, date, time, ra, dec, errorRadius, citations } = alert;
  return {
    name: nameOf(ivorn),
    role: test ? 'test' : role,
    ...{ kind, format, stream, date, time, ra, dec, errorRadius },
    cites: citations
      .slice(0, MOST_CITATIONS)
      .map((citation) => ({ name: nameOf(citation.ivorn), cite: citation.cite })),
  };
}

/** An identifier, as identifiers are compared. */
export function nameOf(ivorn: string): string {
  return ivornKey(ivorn, false);
}
