import { alertJsonSchema } from '../alert/model.ts';
import { configJsonSchema } from '../config-schema.ts';
import { EXIT } from './exit.ts';

/** `voeventd schema`: of the configuration, for editors that complete and check YAML; of an alert, for whoever reads one. */
export function schema(of: 'config' | 'alert'): number {
  const json = of === 'alert' ? alertJsonSchema() : configJsonSchema();
  process.stdout.write(`${JSON.stringify(json, null, 2)}\n`);
  return EXIT.ok;
}
