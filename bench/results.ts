import type { Cold } from './cold.ts';
import type { Decoding } from './decode.ts';
import type { ExecRate } from './exec.ts';
import type { HandlerStart } from './handler-start.ts';
import type { Isolation } from './isolation.ts';
import type { LargeJournal } from './large-journal.ts';
import type { Memory } from './memory.ts';
import type { Relayed } from './relay.ts';
import type { RuleCost } from './rules.ts';
import type { Startup } from './startup.ts';
import type { Throughput } from './throughput.ts';
import type { Watched } from './watched.ts';

/** What was measured; the parts that were not asked for are absent. */
export interface Results {
  throughput?: Throughput[];
  handlerStart?: HandlerStart[];
  memory?: Memory[];
  startup?: Startup[];
  decoding?: Decoding[];
  relaying?: Relayed[];
  watched?: Watched;
  rules?: RuleCost[];
  cold?: Cold;
  exec?: ExecRate[];
  largeJournal?: LargeJournal;
  isolation?: Isolation[];
}

/** The entry of that role. @throws when it was not measured */
export function inRole<Entry extends { role: string }>(entries: readonly Entry[], role: Entry['role']): Entry {
  const found = entries.find((entry) => entry.role === role);
  if (found === undefined) throw new Error(`Nothing was measured as ${role}`);
  return found;
}
