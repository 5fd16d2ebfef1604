import type { Context } from '../../src/plugin/api.ts';
import { whyNoAnswer } from '../shared/network-words.ts';
import { hint } from '../shared/secrets.ts';

/** What nodemailer tells of a failure. */
interface Told {
  readonly code?: string;
  /** The system's or TLS library's own, where `code` is nodemailer's. */
  readonly originalCode?: string;
  /** The reply, and its three digits. */
  readonly response?: string;
  readonly responseCode?: number;
  readonly rejectedErrors?: readonly Told[];
}

/** Trouble that is not the server's, and stays. */
const LASTING = new Set(['EENVELOPE', 'ECONFIG', 'EAUTH', 'ENOAUTH']);

/**
 * What a mail that could not be sent means for the delivery: RFC 5321 §4.2.1, 4yz is transient and 5yz permanent.
 *
 * @param server `HOST:PORT`
 */
export function failureFor(
  thrown: unknown,
  server: string,
  secrets: readonly string[],
  context: Pick<Context, 'signal' | 'retry' | 'fail'>,
): Error {
  const told = thrown as Told;
  const cause = { cause: thrown };
  if (!context.signal.aborted && told.responseCode !== undefined) {
    const said = hint(told.response ?? String(told.responseCode), secrets);
    const reason =
      told.code === 'ETLS' ? `${server} refuses STARTTLS: ${said}. ${ADVICE}` : `${server} answered ${said}`;
    return isLasting(told) ? context.fail(reason, cause) : context.retry(reason, cause);
  }
  const reason = `Cannot send a mail by ${server}: ${hint(why(thrown, context.signal), secrets)}`;
  return LASTING.has(told.code ?? '') ? context.fail(reason, cause) : context.retry(reason, cause);
}

const ADVICE = 'Do "security" and "port" belong together?';

/** Whether every reply that refused it was a permanent one; 503, a wrong order of commands, may go well the next time. */
function isLasting({ responseCode = 0, rejectedErrors = [] }: Told): boolean {
  const codes = [responseCode, ...rejectedErrors.map((error) => error.responseCode ?? 0)];
  return codes.every((code) => code >= 500 && code !== 503);
}

function why(thrown: unknown, signal: AbortSignal): string {
  const { code, originalCode } = thrown as Told;
  const system = originalCode ?? code ?? '';
  const isTls = code === 'ETLS' || /^(?:EPROTO|ERR_SSL_)/.test(system);
  if (!signal.aborted && isTls) return `${(thrown as Error).message}. ${ADVICE}`;
  return whyNoAnswer(
    thrown instanceof Error ? Object.assign(new Error(thrown.message), { code: system }) : thrown,
    signal,
  );
}
