import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { scanEnvelope } from '../alert/envelope.ts';
import { formatDuration } from '../common/durations.ts';
import { explain, UserError } from '../common/errors.ts';
import { withoutUndefined } from '../common/objects.ts';
import { faultsOf } from '../config/faults.ts';
import { type BrokerAddress, parseAddress, SUBMIT_PORT } from '../vtp/address.ts';
import type { TlsSettings } from '../vtp/connection.ts';
import { type Retry, type SendOutcome, type Submission, send } from '../vtp/sender.ts';
import { clientTlsSchema } from '../vtp/tls-settings.ts';
import { EXIT, type Exit } from './exit.ts';
import { stopSignal } from './signals.ts';

export interface SendOptions {
  readonly to: string;
  readonly attempts: number;
  /** Milliseconds. */
  readonly timeout: number;
  /** Milliseconds. */
  readonly delay: number;
  readonly tls?: boolean;
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly serverName?: string;
  readonly quiet?: boolean;
}

/** Between two attempts. */
const LONGEST_WAIT_MS = 60_000;

/** `voeventd send`: one packet to a broker's port for authors, until it is answered or the attempts are used up. */
export async function sendCommand(file: string, options: SendOptions, exit: Exit): Promise<number> {
  const address = parseAddress(options.to, SUBMIT_PORT);
  if (address === undefined) {
    const advice = `write HOST:PORT, such as broker.example.org:${SUBMIT_PORT}, or unix:/PATH`;
    throw new UserError('send.address', `Cannot send to "${options.to}": ${advice}.`);
  }
  const { attempts, timeout: timeoutMs, delay: initialMs, quiet = false } = options;
  const tls = tlsOf(options);
  const submission = await readSubmission(file);
  const place = placeOf(address);
  const retrying = ({ attempt, reason, delayMs }: Retry) => {
    if (quiet) return;
    const state = noAnswer(place, reason, attempt, attempts);
    tell(`Cannot publish ${submission.ivorn} yet: ${state}; trying again in ${formatDuration(delayMs)}.`);
  };
  // Only now: while standard input is read, a signal ends the process as it would any other.
  const stop = stopSignal(exit);
  const reconnect = { initialMs, maxMs: LONGEST_WAIT_MS };
  const outcome = await send(submission, { address, tls, timeoutMs, attempts, reconnect }, retrying, stop);
  const code = report(outcome, { ivorn: submission.ivorn, place, attempts, quiet, stopped: stop.aborted });
  // A name server that is still being asked would keep the process.
  return stop.aborted ? exit(code) : code;
}

interface Told {
  readonly ivorn: string;
  readonly place: string;
  readonly attempts: number;
  readonly quiet: boolean;
  readonly stopped: boolean;
}

function report(outcome: SendOutcome, { ivorn, place, attempts, quiet, stopped }: Told): number {
  switch (outcome.state) {
    case 'acknowledged':
      if (!quiet) process.stdout.write(`${oneLine(`Acknowledged: ${ivorn} by ${named(outcome.by, place)}`)}\n`);
      return EXIT.ok;
    case 'refused': {
      const reason = outcome.reason === undefined ? ' and gave no reason' : `: ${outcome.reason.replace(/\.$/, '')}`;
      const advice = 'A refusal is final: mend the alert, or ask who runs the broker.';
      tell(`Cannot publish ${ivorn}: ${named(outcome.by, place)} refused it${reason}. ${advice}`);
      return EXIT.refused;
    }
    case 'unanswered': {
      const state = stopped
        ? `stopped before ${place} had answered. It may have arrived`
        : `${noAnswer(place, outcome.reason, attempts, attempts)}. See that the broker takes authors there, by habit on port ${SUBMIT_PORT}`;
      tell(`Cannot publish ${ivorn}: ${state}; the same packet may be sent again.`);
      return EXIT.unanswered;
    }
  }
}

async function readSubmission(file: string): Promise<Submission> {
  const name = file === '-' ? 'standard input' : file;
  const packet = await (file === '-' ? buffer(process.stdin) : readFile(file)).catch((error: unknown) => {
    throw new UserError('send.read', `Cannot read ${name}: ${explain(error)}.`, { cause: error });
  });
  const { kind, ivorn = '' } = scanEnvelope(packet);
  const refusal = (state: string) => new UserError('send.packet', `Cannot send ${name}: ${state}`);
  if (packet.length === 0) throw refusal('it is empty. Give a VOEvent, such as voeventd compose writes.');
  if (kind !== 'voevent') throw refusal('it is no VOEvent, and brokers take nothing else. voeventd compose makes one.');
  if (ivorn.trim() === '') throw refusal('it has no ivorn, and a broker has no other name for it. Give it one.');
  return { packet, ivorn: ivorn.trim() };
}

/** The files of a source’s `tls:`, by flags. Whoever gives one does not want to send in the clear. */
function tlsOf({ tls, ca, cert, key, serverName }: SendOptions): TlsSettings | undefined {
  const given = withoutUndefined({ ca, cert, key, serverName });
  if (tls !== true && Object.keys(given).length === 0) return undefined;
  const schema = clientTlsSchema(process.cwd());
  const read = schema.safeParse(given);
  if (read.success) return withoutUndefined(read.data);
  const faults = faultsOf(read.error.issues, schema, given).map(({ path: [option], message }) =>
    option === undefined ? message : `--${option === 'serverName' ? 'server-name' : option}: ${message}`,
  );
  throw new UserError('send.tls', `Cannot use TLS.\n${faults.join('\n')}`);
}

/** With the port, which the user need not have written. */
function placeOf(address: BrokerAddress): string {
  if ('path' in address) return address.text;
  return `${address.host.includes(':') ? `[${address.host}]` : address.host}:${address.port}`;
}

function named(by: string | undefined, place: string): string {
  return by === undefined ? place : `${by} (${place})`;
}

function noAnswer(place: string, reason: string, attempt: number, attempts: number): string {
  return `no answer from ${place}${attempts === 1 ? '' : ` at attempt ${attempt} of ${attempts}`}: ${reason}`;
}

function tell(text: string): void {
  process.stderr.write(`voeventd: ${oneLine(text)}\n`);
}

/** A broker's text is a stranger's: it breaks no line and commands no terminal. */
function oneLine(text: string): string {
  return text.replace(/[\s\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]+/g, ' ');
}
