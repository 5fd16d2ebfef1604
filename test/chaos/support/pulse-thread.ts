/** The thread of a `Pulse`. */

import { type AddressInfo, createServer, type Socket } from 'node:net';
import { parentPort } from 'node:worker_threads';
import { BrokerConnection, frame } from '../../support/broker.ts';
import { transport } from '../../support/packets.ts';
import type { Beat } from './pulse.ts';

const BEAT_MS = 20;

/** Each iamalive that has no answer, by its number: when it was sent, and how late our timer went off since. */
const asked = new Map<number, { readonly sentAt: number; lateMs: number }>();
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
    beats.push({ answerMs: now - question.sentAt, lateMs: Math.max(question.lateMs, now - due) });
  }
  read = connection?.messages.length ?? 0;
}

setInterval(() => {
  const now = performance.now();
  for (const question of asked.values()) question.lateMs = Math.max(question.lateMs, now - due);
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

server.listen(0, '127.0.0.1', () => parentPort?.postMessage((server.address() as AddressInfo).port));
