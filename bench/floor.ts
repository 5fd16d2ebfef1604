/**
 * The floors: a subscriber in seventy lines, as fast as Node lets it be. It acks at once, or after each batch has been
 * appended to a file and synced. It looks for the identifier where it always is, and checks nothing.
 *
 * node bench/floor.ts PORT [FILE]
 */
import { fdatasync, openSync, writev } from 'node:fs';
import { connect } from 'node:net';

const [port, file] = process.argv.slice(2);
const fd = file === undefined ? undefined : openSync(file, 'a');
const socket = connect({ host: '127.0.0.1', port: Number(port), noDelay: true });

let rest: Buffer = Buffer.alloc(0);
let waiting: Buffer[] = [];
let syncing = false;

socket.on('data', (chunk: Buffer) => {
  const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
  let at = 0;
  while (bytes.length - at >= 4) {
    const end = at + 4 + bytes.readUInt32BE(at);
    if (end > bytes.length) break;
    waiting.push(bytes.subarray(at, end));
    at = end;
  }
  rest = bytes.subarray(at);
  if (waiting.length === 0) return;
  if (fd === undefined) {
    acknowledge(waiting);
    waiting = [];
  } else if (!syncing) {
    store(fd);
  }
});
socket.on('error', () => process.exit());
socket.on('close', () => process.exit());

/** Appends and syncs all that waits; what arrives meanwhile is the next batch. */
function store(fd: number): void {
  const batch = waiting;
  waiting = [];
  syncing = true;
  writev(fd, batch, (failed) => {
    if (failed) throw failed;
    fdatasync(fd, (failed) => {
      if (failed) throw failed;
      syncing = false;
      acknowledge(batch);
      if (waiting.length > 0) store(fd);
    });
  });
}

function acknowledge(batch: readonly Buffer[]): void {
  const timeStamp = new Date().toISOString();
  const texts = batch.map((frame) => {
    const from = frame.indexOf('ivorn="') + 7;
    const ivorn = frame.toString('latin1', from, frame.indexOf('"', from));
    return (
      `<?xml version="1.0" encoding="UTF-8"?>\n<trn:Transport role="ack" version="1.0" ` +
      `xmlns:trn="http://telescope-networks.org/schema/Transport/v1.1"><Origin>${ivorn}</Origin>` +
      `<Response>ivo://bench/floor</Response><TimeStamp>${timeStamp}</TimeStamp></trn:Transport>`
    );
  });
  const out = Buffer.allocUnsafe(texts.reduce((bytes, text) => bytes + 4 + text.length, 0));
  let at = 0;
  for (const text of texts) {
    out.writeUInt32BE(text.length, at);
    out.write(text, at + 4, 'latin1');
    at += 4 + text.length;
  }
  socket.write(out);
}
