import { abortName, codeOf } from './words.ts';

const NETWORK_WORDS: Record<string, string> = {
  EAI_AGAIN: 'the name server does not answer',
  ECONNABORTED: 'the connection was aborted',
  ECONNREFUSED: 'connection refused, nothing listens there',
  ECONNRESET: 'the server closed the connection without an answer',
  EHOSTUNREACH: 'no route to the host',
  ENETUNREACH: 'the network is unreachable',
  ENOTFOUND: 'the host name is unknown',
  EPIPE: 'the server closed the connection while the alert was sent',
  ETIMEDOUT: 'the connection timed out',
};

/** What a server without TLS is met with. */
const NO_TLS = new Set(['EPROTO', 'ERR_SSL_PACKET_LENGTH_TOO_LONG', 'ERR_SSL_WRONG_VERSION_NUMBER']);

const CERTIFICATE_WORDS: Record<string, string> = {
  CERT_HAS_EXPIRED: 'it has expired',
  CERT_NOT_YET_VALID: 'it is not valid yet; is the clock of this host right?',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'it is self-signed; name it in tls.ca',
  ERR_TLS_CERT_ALTNAME_INVALID: 'it is for another host name',
  SELF_SIGNED_CERT_IN_CHAIN: 'its authority is not trusted here; name that in tls.ca',
  UNABLE_TO_GET_ISSUER_CERT: 'its authority is not trusted here; name that in tls.ca',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its authority is not trusted here; name that in tls.ca',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its authority is not trusted here; name that in tls.ca',
};

/**
 * Why there was no answer, in words.
 *
 * @param signal that of the attempt
 * @param plain how an address without TLS begins
 */
export function whyNoAnswer(thrown: unknown, signal: AbortSignal, plain = 'http://'): string {
  if (!signal.aborted) return explainNetwork(thrown, plain);
  const name = abortName(signal);
  return name === 'timeout' ? 'timeout, no answer in time' : name;
}

function explainNetwork(thrown: unknown, plain: string): string {
  const code = codeOf(thrown);
  if (code in CERTIFICATE_WORDS) return `the server's certificate is refused: ${CERTIFICATE_WORDS[code]} (${code})`;
  if (code in NETWORK_WORDS) return `${NETWORK_WORDS[code]} (${code})`;
  if (NO_TLS.has(code)) return `the server does not speak TLS as expected; is it an ${plain} address? (${code})`;
  if (code.startsWith('HPE_')) return `the server does not answer in HTTP (${code})`;
  if (/CERT|SIGNATURE|CRL/.test(code)) return `the server's certificate is refused (${code})`;
  return thrown instanceof Error ? `${thrown.message}${code && ` (${code})`}` : String(thrown);
}
