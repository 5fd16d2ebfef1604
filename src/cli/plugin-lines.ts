import type { Log } from '../common/log.ts';
import { visible } from '../common/visible.ts';

/** Keeps what a plugin prints. What belongs to the attempt is told with its outcome, and the rest goes to stderr. */
export class PluginLines implements Log {
  readonly #name: string;
  readonly #lines: string[] = [];
  #began = false;

  constructor(name: string) {
    this.#name = name;
  }

  readonly debug = (): void => {};
  readonly info = (message: string): void => this.#keep(message);
  readonly warn = (message: string): void => this.#keep(message);
  /** Then it is no more than that the plugin died, which the outcome says. */
  readonly error = (message: string): void => (this.#began ? undefined : this.#keep(message));

  begin(): void {
    this.#began = true;
  }

  /** @param output of the attempt */
  tellOthers(output = ''): void {
    const told = new Set(output.split('\n'));
    for (const line of this.#lines) {
      if (!told.has(line)) process.stderr.write(`${this.#name}: ${visible(line)}\n`);
    }
  }

  #keep(message: string): void {
    this.#lines.push(...message.split('\n'));
  }
}
