import { embedded } from '../../common/embedded.ts';

/** The contract of plugins as declarations: carried by the executable, made on the spot when running from the sources. */
export async function pluginTypes(): Promise<string> {
  return embedded()?.types() ?? (await import('./build-types.ts')).buildTypes();
}
