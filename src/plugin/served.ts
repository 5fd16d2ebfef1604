import { codeOf, messageOf } from '../common/errors.ts';
import { ServedPrograms } from '../launch/serve.ts';
import type { Question, Reply, Wish } from './messages.ts';
import type { FullPermissions } from './permissions.ts';
import { permittedFetch } from './permitted-fetch.ts';
import { permittedPrograms } from './permitted-programs.ts';
import type { Services } from './services.ts';

/** The daemon's side of `RemoteServices`: does for one plugin's process what that may ask for. */
export class ServedPlugin {
  readonly #services: Services;
  readonly #permissions: FullPermissions;
  readonly #send: (message: Reply) => void;
  readonly #programs: ServedPrograms;
  readonly #asked = new Map<number, AbortController>();

  constructor(services: Services, permissions: FullPermissions, send: (message: Reply) => void) {
    this.#services = services;
    this.#permissions = permissions;
    this.#send = send;
    this.#programs = new ServedPrograms(permittedPrograms(services.programs, permissions), (message) =>
      send({ type: 'program', message }),
    );
  }

  receive(message: Wish): void {
    switch (message.type) {
      case 'program':
        this.#programs.receive(message.message);
        return;
      case 'ask':
        void this.#answer(message.ask, message.question);
        return;
      case 'unask':
        this.#asked.get(message.ask)?.abort();
        return;
    }
  }

  /** The process is gone: what was done for it is of no use. */
  end(): void {
    this.#programs.abort();
    for (const controller of this.#asked.values()) controller.abort();
  }

  async #answer(ask: number, question: Question): Promise<void> {
    const controller = new AbortController();
    this.#asked.set(ask, controller);
    try {
      this.#send({ type: 'answer', ask, answer: await this.#find(question, controller.signal) });
    } catch (error) {
      this.#send({ type: 'no-answer', ask, message: messageOf(error), code: codeOf(error) });
    } finally {
      this.#asked.delete(ask);
    }
  }

  async #find(question: Question, signal: AbortSignal): Promise<unknown> {
    const { state } = this.#services;
    switch (question.what) {
      case 'fetch':
        return await permittedFetch(question.request, this.#permissions.net, signal);
      case 'sky':
        return await this.#services.sky(question.alert, question.options);
      case 'earlier':
        return await this.#services.earlier(question.alert);
      case 'state.get':
        return await state.get(question.key);
      case 'state.set':
        return await state.set(question.key, question.value);
      case 'state.delete':
        return await state.delete(question.key);
      case 'state.keys':
        return await state.keys();
    }
  }
}
