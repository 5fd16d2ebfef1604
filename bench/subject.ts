import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What is measured: a program that subscribes to a broker. */
export interface Subject {
  readonly name: string;
  /** Starts it in an empty directory of its own. */
  start(brokerPort: number, directory: string): Running;
}

export interface Running {
  readonly process: ChildProcess;
  /** As much memory as it ever had, and what it has now, in MiB; undefined where the system does not tell. */
  peakMiB(): { total: number; anonymousNow: number; residentNow: number } | undefined;
  /** Ends it at once. */
  kill(): Promise<void>;
}

/** A handler of the measured daemon, as YAML in one line. */
export interface HandlerConfig {
  readonly name: string;
  readonly yaml: string;
  /** Handlers beside it. */
  readonly others?: readonly string[];
}

/** Decodes and decides, and then does nothing: the least a handler can cost. */
export const NEVER: HandlerConfig = { name: 'log, never fires', yaml: '{ plugin: log, when: alert.ra > 400.0 }' };
export const ARCHIVE: HandlerConfig = { name: 'archive', yaml: '{ plugin: archive, with: { directory: ./archive } }' };

export interface DaemonOptions {
  /** What becomes of the daemon's log: the file `log`, or a pipe that the caller reads. */
  readonly log?: 'file' | 'pipe';
  /** Whether there is a status page, as users have it. */
  readonly web?: boolean;
}

export function daemon(executable: string, handler: HandlerConfig, options: DaemonOptions = {}): Subject {
  const { log = 'file', web = true } = options;
  return {
    name: `voeventd (${handler.name})`,
    start: (brokerPort, directory) => {
      mkdirSync(directory, { recursive: true });
      const config = join(directory, 'voeventd.yaml');
      writeFileSync(config, configText(brokerPort, handler, web));
      const stderr = log === 'pipe' ? 'pipe' : openSync(join(directory, 'log'), 'w');
      return running(
        spawn(executable, ['run', '-c', config], { stdio: ['ignore', 'ignore', stderr], env: environment() }),
      );
    },
  };
}

/** The port of the status page is any that is free: something of the machine's may listen on the usual one. */
function configText(brokerPort: number, handler: HandlerConfig, web: boolean): string {
  return `identity: ivo://org.example/bench
web: ${web ? '{ listen: "127.0.0.1:0" }' : 'false'}
plugins: ${JSON.stringify(join(import.meta.dirname, 'plugins'))}
sources:
  bench: { type: vtp, brokers: ["127.0.0.1:${brokerPort}"] }
handlers:
  bench: ${handler.yaml}
${(handler.others ?? []).map((yaml, index) => `  other-${index}: ${yaml}\n`).join('')}`;
}

/** @param store whether it appends and syncs before it acks */
export function floor(store: boolean): Subject {
  return {
    name: store ? 'floor: append, fdatasync, ack' : 'floor: ack, store nothing',
    start: (brokerPort, directory) => {
      mkdirSync(directory, { recursive: true });
      const script = join(import.meta.dirname, 'floor.ts');
      const file = store ? [join(directory, 'appended')] : [];
      return running(
        spawn(process.execPath, [script, String(brokerPort), ...file], { stdio: 'inherit', env: environment() }),
      );
    },
  };
}

/** Nothing of the caller's that changes what Node does. */
export function environment(): NodeJS.ProcessEnv {
  return { ...process.env, NODE_OPTIONS: '' };
}

export function running(child: ChildProcess): Running {
  return {
    process: child,
    peakMiB: () => memoryOf(child.pid),
    kill: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

function memoryOf(pid: number | undefined): ReturnType<Running['peakMiB']> {
  let status: string;
  try {
    status = readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    return undefined;
  }
  const mebibytes = (name: string): number => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]) / 1_024;
  return { total: mebibytes('VmHWM'), anonymousNow: mebibytes('RssAnon'), residentNow: mebibytes('VmRSS') };
}
