import { spawn } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { environment, running, type Subject } from './subject.ts';

/** Where Comet and pygcn are, in a Python environment of their own. */
export function peersBin(root: string): string {
  return join(process.env.VOEVENTD_PEERS ?? join(root, '.cache', 'peers'), 'bin');
}

/** Older clients that do what the daemon does: subscribe, keep each packet in a file, ack. */
export interface PeerSubject {
  readonly role: 'comet' | 'pygcn';
  readonly subject: Subject;
}

/** Those that are installed. */
export function peerSubjects(root: string): PeerSubject[] {
  const bin = peersBin(root);
  const all: (PeerSubject & { readonly program: string })[] = [
    { role: 'comet', program: 'twistd', subject: comet(bin) },
    { role: 'pygcn', program: 'pygcn-listen', subject: pygcn(bin) },
  ];
  return all.filter(({ program }) => existsSync(join(bin, program)));
}

/** Without its log, which has a line for each packet. */
function comet(bin: string): Subject {
  const command = (port: number, directory: string): string[] => [
    ...[join(bin, 'twistd'), '--nodaemon', '--pidfile=', 'comet', '--quiet', '--local-ivo', 'ivo://bench/comet'],
    ...['--remote', `127.0.0.1:${port}`, '--eventdb', directory],
    ...['--save-event', '--save-event-directory', directory],
  ];
  return python('Comet, save-event', bin, command);
}

function pygcn(bin: string): Subject {
  return python('pygcn, archive', bin, (port) => [join(bin, 'pygcn-listen'), `127.0.0.1:${port}`]);
}

function python(name: string, bin: string, command: (port: number, directory: string) => string[]): Subject {
  return {
    name,
    start: (brokerPort, directory) => {
      mkdirSync(directory, { recursive: true });
      const args = command(brokerPort, directory);
      return running(spawn(join(bin, 'python'), args, { cwd: directory, stdio: 'ignore', env: environment() }));
    },
  };
}
