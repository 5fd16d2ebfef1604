import { resolve } from 'node:path';
import { createDecoder } from '../alert/decode.ts';
import { digestOf } from '../alert/digest.ts';
import { BUILT_INS } from '../built-ins.ts';
import { aborted } from '../common/abort.ts';
import { messageOf, UserError } from '../common/errors.ts';
import type { Log } from '../common/log.ts';
import type { Runner } from '../dispatch/runner.ts';
import { createInProcessRunner } from '../plugin/in-process.ts';
import { configurePlugin } from '../plugin/load.ts';
import { NOTHING_KEPT } from '../plugin/state.ts';
import { trialServices } from '../plugin-services.ts';
import { parseAddress } from '../vtp/address.ts';
import type { AlertStore, Arrival } from '../vtp/store.ts';
import { Subscriber } from '../vtp/subscriber/subscriber.ts';
import { EXIT, type Exit } from './exit.ts';
import { createLogger } from './logger.ts';
import { stopSignal } from './signals.ts';

export interface ListenOptions {
  readonly save?: string;
  readonly json?: boolean;
  readonly identity?: string;
  readonly tls?: boolean;
}

const SAVE_TIMEOUT_MS = 30_000;

/** `voeventd listen`: the subscriber, the decoder, and the plugins that print and save; no journal, no rules. */
export async function listen(broker: string, options: ListenOptions, exit: Exit): Promise<number> {
  const address = parseAddress(broker);
  if (address === undefined) {
    throw new UserError(
      'listen.address',
      `Cannot listen to "${broker}": write HOST:PORT, such as broker.example.org:8099.`,
    );
  }
  const log = await createLogger({ level: 'info', format: 'auto' });
  const print: Log = { ...log, info: (line) => process.stdout.write(`${line}\n`) };
  const runners = [await builtIn('log', { format: options.json === true ? 'json' : 'line' }, print)];
  if (options.save !== undefined) runners.push(await builtIn('archive', { directory: resolve(options.save) }, log));
  const decoder = await createDecoder();
  const stop = stopSignal(exit);
  let number = 0;

  const handle = async (arrival: Arrival): Promise<boolean> => {
    const packet = Buffer.from(arrival.packet);
    const receivedAt = new Date(arrival.receivedAt).toISOString();
    number += 1;
    const delivery = `${number}/listen`;
    try {
      const alert = decoder.decode(packet, { source: address.text, receivedAt });
      for (const runner of runners) {
        const signal = AbortSignal.timeout(SAVE_TIMEOUT_MS);
        const outcome = await runner.run({
          alert,
          packet,
          delivery,
          attempt: 1,
          pretends: false,
          retracts: false,
          signal,
        });
        if (outcome.state === 'done') continue;
        log.error(`Cannot save ${alert.ivorn}: ${outcome.reason}; it is not acknowledged`);
        return false;
      }
    } catch (error) {
      const name = arrival.envelope.ivorn ?? 'a document without an identifier';
      log.error(`Cannot decode ${name}: ${messageOf(error)}`);
    }
    return true;
  };
  const subscriber = new Subscriber(
    {
      identity: options.identity,
      dialect: 'vtp',
      brokers: [address],
      maxFrame: 16 * 1024 * 1024,
      silenceMs: 150_000,
      connectTimeoutMs: 10_000,
      reconnect: { initialMs: 1_000, maxMs: 60_000 },
      tls: options.tls === true ? {} : undefined,
    },
    oneByOne(handle),
    log,
  );
  await Promise.race([subscriber.start(stop), aborted(stop)]);
  await log.flush();
  return EXIT.ok;
}

async function builtIn(name: string, options: unknown, log: Log): Promise<Runner> {
  const plugin = BUILT_INS[name];
  if (plugin === undefined) throw new Error(`There is no built-in plugin ${name}.`);
  const result = await configurePlugin(plugin, options, process.cwd());
  if (!result.ok) throw new UserError('listen.options', result.problems.map((problem) => problem.message).join(' '));
  try {
    return await createInProcessRunner({
      name,
      plugin,
      config: result.config,
      handler: name,
      log,
      services: { ...trialServices(undefined, NOTHING_KEPT, Date.now, async () => []), fetch },
    });
  } catch (error) {
    throw new UserError(`listen.${name}`, messageOf(error), { cause: error });
  }
}

/** More alerts than this in hand, and the broker waits. */
const MOST_IN_HAND = 100;

/** A store that handles one alert after the other; what was handled well is acknowledged. */
function oneByOne(handle: (arrival: Arrival) => Promise<boolean>): AlertStore {
  let work = Promise.resolve();
  let inHand = 0;
  let held: (() => void)[] = [];
  const done = () => {
    inHand -= 1;
    if (inHand > 0) return;
    const ready = held;
    held = [];
    for (const release of ready) release();
  };
  return {
    store: (arrival, stored) => {
      inHand += 1;
      work = work.then(async () => {
        if (await handle(arrival)) stored(() => digestOf(arrival.packet, arrival.envelope.element));
        done();
      });
      return inHand < MOST_IN_HAND;
    },
    whenReady: (ready) => {
      held.push(ready);
    },
  };
}
