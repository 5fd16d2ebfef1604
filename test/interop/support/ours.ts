import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { sandbox, type Voeventd } from '../../support/executable.ts';
import { contents } from './files.ts';

/** Our executable in a directory of its own, where it keeps every event. */
export interface Ours {
  /** Runs it, for the first time or after its end, until it is up. */
  start(): Promise<Voeventd>;
  /** What it has kept, in the form of `contents`. */
  readonly archived: string[];
  /** The directory, and whatever else of the executable the test needs. */
  readonly box: ReturnType<typeof sandbox>;
}

/** @param settings lines of the configuration: the sources, and whatever else */
export function ours(context: TestContext, settings: string): Ours {
  const box = sandbox(context);
  box.write(
    'voeventd.yaml',
    `identity: ivo://org.example/node
${settings}
handlers:
  keep: { plugin: archive, roles: [observation, prediction, utility, test], with: { directory: ./archive } }
`,
  );
  return {
    box,
    start: async () => {
      const daemon = box.start('run');
      await daemon.logged(/^voeventd .* runs/);
      return daemon;
    },
    get archived() {
      return contents(join(box.directory, 'archive'));
    },
  };
}

/** Ours as a subscriber of the broadcaster on that port. */
export function oursSubscribedTo(context: TestContext, port: number): Ours {
  return ours(
    context,
    `sources: { peer: { type: vtp, brokers: ["127.0.0.1:${port}"], reconnect: { initial: 50ms, max: 500ms } } }`,
  );
}
