import type { TestContext } from 'node:test';
import type { Log, LogLevel } from '../../src/common/log.ts';

/** Taken before any test can put a mock in their place. */
const { setTimeout: realSetTimeout, clearTimeout: realClearTimeout } = globalThis;
const DEADLINE_MS = 10_000;
const LOOK_AGAIN_MS = 2;

/** Resolves as soon as the condition holds; fails with `what` when it does not within ten seconds, or so many. */
export async function until(condition: () => boolean, what: string, deadlineMs = DEADLINE_MS): Promise<void> {
  const deadline = performance.now() + deadlineMs;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`Waited ${deadlineMs / 1_000} s in vain for ${what}.`);
    await new Promise<void>((resolve) => void realSetTimeout(resolve, LOOK_AGAIN_MS));
  }
}

/** The promise's value; fails with `what` when it does not come within ten seconds. */
export async function within<Value>(promise: Promise<Value>, what: string): Promise<Value> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = realSetTimeout(
    () => reject(new Error(`Waited ${DEADLINE_MS / 1_000} s in vain for ${what}.`)),
    DEADLINE_MS,
  );
  try {
    return await Promise.race([promise, late]);
  } finally {
    realClearTimeout(timer);
  }
}

/** Lets everything run that is already queued, and the sockets' turn, so that "nothing happened" means something. */
export async function turns(count = 5): Promise<void> {
  for (let turn = 0; turn < count; turn++) {
    await new Promise<void>((resolve) => void realSetTimeout(resolve, 1));
  }
}

export interface LogLine {
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: Record<string, unknown>;
}

/** A log that keeps what was said, and can be waited on. */
export interface RecordedLog extends Log {
  readonly lines: LogLine[];
  /** The first line whose message matches, or undefined. */
  find(pattern: RegExp): LogLine | undefined;
  /** Resolves with it once it has been said. */
  said(pattern: RegExp): Promise<LogLine>;
}

export function recordLog(): RecordedLog {
  const lines: LogLine[] = [];
  const at =
    (level: LogLevel) =>
    (message: string, fields: Record<string, unknown> = {}): void => {
      lines.push({ level, message, fields });
    };
  const find = (pattern: RegExp) => lines.find(({ message }) => pattern.test(message));
  return {
    ...{ debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') },
    lines,
    find,
    said: async (pattern) => {
      await until(() => find(pattern) !== undefined, `a log line like ${pattern}`);
      return find(pattern) as LogLine;
    },
  };
}

/** Lets the clock that nobody sets go by the mocked one; until the test is over. */
export function steadyByMock({ mock }: Pick<TestContext, 'mock'>): void {
  mock.method(performance, 'now', () => Date.now());
}

/** Collects garbage now, and again after what that set free has been released. */
export async function collectGarbage(): Promise<void> {
  const { setFlagsFromString } = await import('node:v8');
  const { runInNewContext } = await import('node:vm');
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  for (let round = 0; round < 3; round++) {
    collect();
    await turns(2);
  }
}
