import { existsSync, globSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { packet } from '../../support/play.ts';

const REAL = resolve(import.meta.dirname, '../../../../shared/data/voevents');

/** Packets of missions and surveys, VOEvent 1.0 to 2.1; none where the folder of real data is missing. */
export function realPackets(): Buffer[] {
  if (!existsSync(REAL)) return [];
  return globSync('**/*.xml', { cwd: REAL })
    .sort()
    .map((name) => readFileSync(resolve(REAL, name)));
}

/** Those of them that Comet takes from an author: it validates against VOEvent 2.0 and nothing else. */
export function realPackets2(): Buffer[] {
  return realPackets().filter((bytes) => bytes.includes('http://www.ivoa.net/xml/VOEvent/v2.0"'));
}

/** Valid packets that a peer who re-writes XML, text or line ends would not hand on as they are. */
export function delicatePackets(): Buffer[] {
  const latin1 = packet('latin-1', { what: '<Description>Véga</Description>' })
    .toString()
    .replace('encoding="UTF-8"', 'encoding="ISO-8859-1"');
  return [
    Buffer.from(latin1, 'latin1'),
    Buffer.from(packet('crlf').toString().replaceAll('\n', '\r\n')),
    Buffer.from(`${packet('spaces-and-comment').toString()}<!-- after the end -->\n\n`),
    packet('utf-8', { what: '<Description>Véga  α</Description>' }),
    packet('a-test', { role: 'test' }),
    packet('a-prediction', { role: 'prediction' }),
    packet('a-utility', { role: 'utility' }),
  ];
}

/** The packet of `packet()`, with an element that no schema knows. */
export function breaksSchema(valid: Buffer): Buffer {
  return Buffer.from(valid.toString().replace('<What></What>', '<Wot/>'));
}

export function isUtf8(bytes: Buffer): boolean {
  return Buffer.from(bytes.toString()).equals(bytes);
}
