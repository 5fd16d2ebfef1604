import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../common/errors.ts';
import { type Asked, ask } from '../journal/asking.ts';
import { holderOf } from '../journal/lock.ts';
import { lookInto } from '../journal/look.ts';
import type { FoundDelivery, JournalReader } from '../journal/reader.ts';
import { EXIT } from './exit.ts';
import { oneLine } from './explanation.ts';

const OPEN = new Set(['pending', 'running', 'retrying']);
const LOOK_MS = 100;

/** Leaves the requests in the journal, says so, and where that is wanted waits for what comes of them. */
export async function askFor(path: string, requests: readonly Asked[], wait: boolean): Promise<number> {
  const holder = holderOf(path);
  if (wait && holder === undefined) {
    throw new UserError(
      'ask.wait',
      `Cannot wait: no voeventd uses the journal ${path}. Without --wait it is done when voeventd starts.`,
    );
  }
  const since = Date.now();
  const last = ask(path, requests, since);
  const what = requests.length === 1 ? named(requests[0]) : `${requests.length} deliveries`;
  const when = holder === undefined ? 'when voeventd starts: none uses the journal now' : `now, by process ${holder}`;
  process.stdout.write(`Asked for: ${what}, to be made again ${when}\n`);
  return wait ? await waitFor(path, requests, { last, since }) : EXIT.ok;
}

function named(request: Asked | undefined): string {
  return request === undefined ? '' : oneLine(`${request.seq}/${request.handler}`);
}

/** @param since what was taken up is due at this time or later, milliseconds since 1970 */
async function waitFor(
  path: string,
  requests: readonly Asked[],
  { last, since }: { readonly last: number; readonly since: number },
): Promise<number> {
  const reader = lookInto(path);
  try {
    while (reader.isAsked(last)) await pauseWhileRunning(path);
    let code: number = EXIT.ok;
    for (const { seq, handler } of requests) {
      const name = `${seq}/${handler}`;
      const delivery = await endOf(reader, path, seq, handler);
      // What was refused stands as it stood.
      const ended = delivery !== undefined && delivery.dueAt >= since ? delivery : undefined;
      if (ended?.state !== 'done') code = EXIT.failed;
      process.stdout.write(`${oneLine(name)}  ${inWords(ended)}\n`);
    }
    return code;
  } finally {
    reader.close();
  }
}

async function endOf(
  reader: JournalReader,
  path: string,
  seq: number,
  handler: string,
): Promise<FoundDelivery | undefined> {
  for (;;) {
    const delivery = reader.delivery(seq, handler);
    if (delivery === undefined || !OPEN.has(delivery.state)) return delivery;
    await pauseWhileRunning(path);
  }
}

function inWords(delivery: FoundDelivery | undefined): string {
  if (delivery === undefined) return 'was not made again; the log says why';
  const { state, outcome } = delivery;
  return outcome === undefined ? state : `${state}: ${oneLine(outcome)}`;
}

async function pauseWhileRunning(path: string): Promise<void> {
  await sleep(LOOK_MS);
  if (holderOf(path) !== undefined) return;
  throw new UserError('ask.ended', 'Cannot wait any longer: voeventd has ended. It goes on when it starts again.');
}
