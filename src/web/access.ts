import { createHash, timingSafeEqual } from 'node:crypto';
import type { WebSettings } from './messages.ts';
import { isLoopback, isPrivate } from './settings.ts';

/** What a request says about who it is. */
export interface Caller {
  readonly host: string | undefined;
  readonly authorization: string | undefined;
}

export type Admission =
  | { readonly type: 'in' }
  /** Nobody has said who it is. */
  | { readonly type: 'unknown'; readonly message: string }
  | { readonly type: 'misdirected'; readonly message: string };

/** Who may look. Tokens are compared by their digests, in the same time whatever was sent. */
export class Access {
  readonly #settings: WebSettings;
  readonly #digests: readonly Buffer[] | undefined;

  constructor(settings: WebSettings) {
    this.#settings = settings;
    this.#digests = settings.tokens?.map(digest);
  }

  admit({ host, authorization }: Caller): Admission {
    if (this.#digests !== undefined) {
      const token = tokenOf(authorization);
      const given = digest(token ?? '');
      // All of them, so that the time does not tell which one it was.
      const isKnown = this.#digests.filter((one) => timingSafeEqual(one, given)).length > 0;
      if (isKnown && token !== undefined && token !== '') return { type: 'in' };
      const what = authorization === undefined ? 'A token is needed' : 'This token is not known here';
      return {
        type: 'unknown',
        message: `${what}: send Authorization: Bearer TOKEN, or in a browser any user name with the token as password. The tokens are those of web.auth in the configuration.`,
      };
    }
    // A page of somebody else's, in a browser on this host, whose name was made to lead here (DNS rebinding).
    if (isPrivate(this.#settings.listen) && !this.#isOurs(host)) {
      return {
        type: 'misdirected',
        message:
          'This status page is only for this host, and was asked for by another name. To serve it under that name, set web.url to the address.',
      };
    }
    return { type: 'in' };
  }

  #isOurs(host: string | undefined): boolean {
    if (host === undefined) return true;
    const name = host.replace(/:\d{1,5}$/, '');
    const { url } = this.#settings;
    return isLoopback(name) || (url !== undefined && URL.canParse(url) && new URL(url).host === host.toLowerCase());
  }
}

/** The token of `Bearer TOKEN`, or the password of `Basic` (RFC 6750 §2.1, RFC 7617). */
function tokenOf(authorization: string | undefined): string | undefined {
  const [, scheme = '', given = ''] = /^(\w+) +(.+)$/.exec(authorization ?? '') ?? [];
  switch (scheme.toLowerCase()) {
    case 'bearer':
      return given.trim();
    case 'basic': {
      const text = Buffer.from(given, 'base64').toString('utf8');
      return text.includes(':') ? text.slice(text.indexOf(':') + 1) : undefined;
    }
    default:
      return undefined;
  }
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
