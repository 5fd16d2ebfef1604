/** The thread of a `Pulse`. */

import { open } from 'node:fs/promises';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { parentPort } from 'node:worker_threads';
import { BrokerConnection, frame } from '../../support/broker.ts';
import { transport } from '../../support/packets.ts';
import type { Beat } from './pulse.ts';

const BEAT_MS = 20;

/** Each iamalive that has no answer, by its number: when it was sent, and for how long the machine has kept us since. */
const asked = new Map<number, { readonly sentAt: number; lateMs: number }>();
/** Since when the disk has been at it, if it is. */
let syncingSince: number | undefined;
const server = createServer({ noDelay: true }, welcome);
let connection: BrokerConnection | undefined;
let read = 0;
let number = 0;
let beats: Beat[] = [];
let due = performance.now() + BEAT_MS;

function welcome(socket: Socket): void {
  asked.clear();
  read = 0;
  connection = new BrokerConnection(socket, false);
  socket.on('data', hear);
}

function hear(): void {
  for (const message of connection?.messages.slice(read) ?? []) {
    const origin = Number(/<Origin>ivo:\/\/example\.org\/pulse\/(\d+)<\/Origin>/.exec(message)?.[1]);
    const question = asked.get(origin);
    if (question === undefined) continue;
    asked.delete(origin);
    const now = performance.now();
    const lateMs = Math.max(question.lateMs, now - due, now - (syncingSince ?? now));
    beats.push({ answerMs: now - question.sentAt, lateMs });
  }
  read = connection?.messages.length ?? 0;
}

/** The machine has kept us for so long. */
function kept(lateMs: number): void {
  for (const question of asked.values()) question.lateMs = Math.max(question.lateMs, lateMs);
}

/** Asks of the disk what the daemon asks of it: to have a few bytes for certain. */
async function watchDisk(): Promise<void> {
  const file = await open(process.argv[2] ?? '', 'w');
  for (;;) {
    syncingSince = performance.now();
    await file.write(Buffer.alloc(4_096));
    await file.datasync();
    kept(performance.now() - syncingSince);
    syncingSince = undefined;
    await setTimeout(BEAT_MS);
  }
}

setInterval(() => {
  const now = performance.now();
  kept(now - due);
  due = now + BEAT_MS;
  const [oldest] = asked.values();
  parentPort?.postMessage({ beats, openMs: now - (oldest?.sentAt ?? now) });
  beats = [];
  if (connection === undefined || connection.ended) return;
  number += 1;
  asked.set(number, { sentAt: now, lateMs: 0 });
  const content = `<Origin>ivo://example.org/pulse/${number}</Origin><TimeStamp>${new Date().toISOString()}</TimeStamp>`;
  connection.socket.write(frame(transport('iamalive', { content })));
}, BEAT_MS);

void watchDisk();
server.listen(0, '127.0.0.1', () => parentPort?.postMessage((server.address() as AddressInfo).port));
