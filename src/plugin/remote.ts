import type { Alert } from '../alert/model.ts';
import { codeOf, messageOf } from '../common/errors.ts';
import { withoutUndefined } from '../common/objects.ts';
import type { Program, ProgramOutput, Programs } from '../launch/program.ts';
import { RemoteRuns } from '../launch/runs.ts';
import type { SkyConditions, VisibilityOptions } from '../sky/conditions.ts';
import type { Site } from '../sky/site.ts';
import { ACCESS_DENIED, AccessDenied, denial } from './denied.ts';
import type { Given, Question, Reply, Wish } from './messages.ts';
import type { FullPermissions } from './permissions.ts';
import { LONGEST_BODY, type PlainRequest, type PlainResponse } from './permitted-fetch.ts';
import type { PluginServices } from './services.ts';
import type { HandlerState } from './state.ts';

/** Statuses whose responses have no body, not even an empty one. */
const WITHOUT_BODY = [101, 204, 205, 304];

/** What the daemon does for a plugin, asked for from the plugin's own process. */
export class RemoteServices implements PluginServices {
  readonly #send: (message: Wish) => void;
  readonly #net: FullPermissions['net'];
  readonly site: Site | undefined;
  readonly #runs = new RemoteRuns();
  readonly #asked = new Map<number, PromiseWithResolvers<unknown>>();
  #last = 0;

  constructor(send: (message: Wish) => void, { net, site }: Given) {
    this.#send = send;
    this.#net = net;
    this.site = site;
  }

  readonly programs: Programs = {
    start: () => {},
    run: (program, signal, output) => this.#run(program, signal, output),
  };

  readonly state: HandlerState = {
    get: async (key) => (await this.#ask({ what: 'state.get', key })) as string | undefined,
    set: async (key, value) => void (await this.#ask({ what: 'state.set', key, value })),
    delete: async (key) => void (await this.#ask({ what: 'state.delete', key })),
    keys: async () => (await this.#ask({ what: 'state.keys' })) as string[],
  };

  async sky({ ra, dec }: Pick<Alert, 'ra' | 'dec'>, options: VisibilityOptions | undefined): Promise<SkyConditions> {
    const alert = withoutUndefined({ ra, dec });
    return (await this.#ask({ what: 'sky', alert, options })) as SkyConditions;
  }

  async earlier({ id, thread }: Pick<Alert, 'id' | 'thread'>): Promise<readonly Alert[]> {
    return (await this.#ask({ what: 'earlier', alert: { id, thread } })) as readonly Alert[];
  }

  get fetch(): typeof globalThis.fetch {
    return this.#net === true ? globalThis.fetch : (input, init) => this.#fetch(new Request(input, init));
  }

  receive(message: Reply): void {
    switch (message.type) {
      case 'program':
        this.#runs.receive(message.message);
        return;
      case 'answer':
        this.#asked.get(message.ask)?.resolve(message.answer);
        return;
      case 'no-answer':
        this.#asked
          .get(message.ask)
          ?.reject(withDenial(Object.assign(new Error(message.message), withoutUndefined({ code: message.code }))));
        return;
    }
  }

  async #run(program: Program, signal: AbortSignal, output: ProgramOutput) {
    try {
      return await this.#runs.run(program, signal, output, (message) => this.#send({ type: 'program', message }));
    } catch (error) {
      throw withDenial(error);
    }
  }

  async #fetch(request: Request): Promise<Response> {
    const { host } = new URL(request.url);
    if (this.#net !== true && this.#net.length === 0) {
      throw new AccessDenied(denial(`fetch from ${host}`, 'net', JSON.stringify([host])));
    }
    const answer = await this.#ask({ what: 'fetch', request: await plain(request) }, request.signal);
    return responseOf(answer as PlainResponse);
  }

  async #ask(question: Question, signal?: AbortSignal): Promise<unknown> {
    signal?.throwIfAborted();
    const ask = ++this.#last;
    const asked = Promise.withResolvers<unknown>();
    this.#asked.set(ask, asked);
    const abort = (): void => {
      this.#send({ type: 'unask', ask });
      asked.reject(signal?.reason);
    };
    signal?.addEventListener('abort', abort, { once: true });
    try {
      this.#send({ type: 'ask', ask, question });
      return await asked.promise;
    } finally {
      signal?.removeEventListener('abort', abort);
      this.#asked.delete(ask);
    }
  }
}

/** What the daemon has denied is denied here, too. */
function withDenial(error: unknown): unknown {
  return codeOf(error) === ACCESS_DENIED ? new AccessDenied(messageOf(error)) : error;
}

async function plain(request: Request): Promise<PlainRequest> {
  const { url, method, redirect } = request;
  const body = request.body === null ? undefined : new Uint8Array(await request.arrayBuffer());
  if (body !== undefined && body.length > LONGEST_BODY) {
    throw new Error(`Cannot fetch ${url}: ${body.length} bytes are to be sent, and ${LONGEST_BODY} can be`);
  }
  return { url, method, headers: [...request.headers], body, redirect };
}

function responseOf({ url, status, statusText, headers, body, redirected }: PlainResponse): Response {
  const init = { status, statusText, headers: headers.map(([name, value]): [string, string] => [name, value]) };
  const response = new Response(WITHOUT_BODY.includes(status) ? null : (body as BodyInit), init);
  return Object.defineProperties(response, { url: { value: url }, redirected: { value: redirected } });
}
