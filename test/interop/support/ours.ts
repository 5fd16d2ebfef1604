import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { sandbox, type Voeventd } from '../../support/executable.ts';
import { contents } from './files.ts';
import { freePort } from './port.ts';

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

function subscription(port: number): string {
  return `peer: { type: vtp, brokers: ["127.0.0.1:${port}"], reconnect: { initial: 50ms, max: 500ms } }`;
}

/** Ours as a subscriber of the broadcaster on that port. */
export function oursSubscribedTo(context: TestContext, port: number): Ours {
  return ours(context, `sources: { ${subscription(port)} }`);
}

/** Ours as a broker, up. */
export interface OurBroker {
  readonly us: Ours;
  /** The process that runs now. */
  readonly daemon: Voeventd;
  readonly receivePort: number;
  readonly broadcastPort: number;
  /** Ends it as a power cut would, and starts it anew. */
  restart(): Promise<void>;
}

export interface OurBrokerOptions {
  /** The port of a broadcaster that it subscribes to as well. */
  readonly remote?: number;
  /** More options of `broadcast`. */
  readonly broadcast?: string;
}

export async function startOurBroker(context: TestContext, options: OurBrokerOptions = {}): Promise<OurBroker> {
  const [receivePort, broadcastPort] = [await freePort(), await freePort()];
  const peer = options.remote === undefined ? '' : `\n  ${subscription(options.remote)}`;
  const more = options.broadcast === undefined ? '' : `, ${options.broadcast}`;
  const us = ours(
    context,
    `sources:
  authors: { type: receiver, listen: "127.0.0.1:${receivePort}" }${peer}
broadcast: { listen: "127.0.0.1:${broadcastPort}", test: false${more} }`,
  );
  const start = async () => {
    const started = await us.start();
    const receiving = await started.logged(/^Receiving from authors on /);
    assert.match(receiving.msg, new RegExp(` on 127\\.0\\.0\\.1:${receivePort}\\b`));
    assert.equal(receiving.source, 'authors');
    const broadcasting = await started.logged(/^Broadcasting to subscribers on /);
    assert.match(broadcasting.msg, new RegExp(` on 127\\.0\\.0\\.1:${broadcastPort}\\b`));
    return started;
  };
  let daemon = await start();
  return {
    us,
    receivePort,
    broadcastPort,
    get daemon() {
      return daemon;
    },
    restart: async () => {
      await daemon.stop('SIGKILL');
      daemon = await start();
    },
  };
}
