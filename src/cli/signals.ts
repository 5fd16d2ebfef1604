import type { Exit } from './exit.ts';

/** 128 + the number of SIGINT, as shells write it. */
const INTERRUPTED = 130;

/**
 * A signal that aborts when the process is told to stop. A second time it exits at once.
 *
 * @param atExit awaited before the exit of the second time
 */
export function stopSignal(exit: Exit, atExit: () => Promise<unknown> = async () => {}): AbortSignal {
  const controller = new AbortController();
  const stop = (name: NodeJS.Signals) => {
    if (controller.signal.aborted) {
      void atExit().finally(() => exit(INTERRUPTED));
      return;
    }
    controller.abort(name);
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  return controller.signal;
}
