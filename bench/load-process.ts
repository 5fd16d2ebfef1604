import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

interface Failed {
  readonly type: 'failed';
  readonly reason: string;
}

/** The bench's handle on a process of its own that makes load: it does a job at a time, and says what came of it. */
export class LoadProcess<Told extends object, Said extends { readonly type: string }> {
  readonly #child: ChildProcess;

  /** @param script a file of this folder */
  constructor(script: string) {
    this.#child = fork(join(import.meta.dirname, script));
  }

  tell(message: Told): void {
    this.#child.send(message);
  }

  /** The next that it says. Ask before it can have said it. @throws when it is something else, or the process dies */
  async next<Type extends Said['type']>(type: Type): Promise<Extract<Said, { readonly type: Type }>> {
    const { promise, resolve, reject } = Promise.withResolvers<Said | Failed>();
    this.#child.once('message', resolve as (message: unknown) => void);
    const died = () => reject(new Error('A load generator died'));
    this.#child.once('exit', died);
    const message = await promise.finally(() => this.#child.off('exit', died));
    if (isOf<Extract<Said, { readonly type: Type }>>(message, type)) return message;
    throw new Error('reason' in message ? message.reason : `${message.type} instead of ${type}`);
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    this.#child.disconnect();
    await once(this.#child, 'exit');
  }
}

function isOf<Wanted extends { readonly type: string }>(
  message: { readonly type: string },
  type: Wanted['type'],
): message is Wanted {
  return message.type === type;
}
