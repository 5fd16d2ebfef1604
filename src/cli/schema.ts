import { configJsonSchema } from '../config-schema.ts';
import { EXIT } from './exit.ts';

/** `voeventd schema`: for editors that complete and check YAML. */
export function schema(): number {
  process.stdout.write(`${JSON.stringify(configJsonSchema(), null, 2)}\n`);
  return EXIT.ok;
}
