import { idOf } from '../alert/digest.ts';
import type { TransportParam } from './message.ts';

/**
 * What an ack says of where the packet can be read, as the acks of eSTAR's broker did; without its `ucd`, which the schema
 * of Transport 1.1 does not know.
 *
 * @param storedUrl what stands before the id in the address; undefined: nothing is said
 * @param digest gives that of the element's bytes
 */
export function storedParams(storedUrl: string | undefined, digest: () => Uint8Array): readonly TransportParam[] {
  if (storedUrl === undefined) return [];
  return [{ name: 'stored', value: `${storedUrl}${idOf(digest())}.xml` }];
}
