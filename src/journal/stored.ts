import type { SQLOutputValue } from 'node:sqlite';

/** An alert as it was kept. */
export interface StoredAlert {
  /** Its number in the journal: order of arrival. */
  readonly seq: number;
  readonly source: string;
  readonly peer: string;
  readonly ivorn: string | undefined;
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
  readonly packet: Buffer;
}

/** The columns of `alert` that `storedAlert` reads. */
export const STORED_COLUMNS = 'seq, source, peer, ivorn, received_at, packet';

export function storedAlert(row: Record<string, SQLOutputValue>): StoredAlert {
  const packet = row.packet as Uint8Array;
  return {
    seq: Number(row.seq),
    source: String(row.source),
    peer: String(row.peer),
    ivorn: row.ivorn === null ? undefined : String(row.ivorn),
    receivedAt: Number(row.received_at),
    packet: Buffer.from(packet.buffer, packet.byteOffset, packet.byteLength),
  };
}
