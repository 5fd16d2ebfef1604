import { messageOf } from '../common/errors.ts';
import { explainFatalDenial } from './denied.ts';
import { importFile } from './load.ts';

/** Runs the tests of a file with node:test, which prints them and says by the exit code whether one failed. */
export async function runPluginTests(file: string): Promise<void> {
  process.title = 'voeventd plugin tests';
  // They confine this process, which is no affair of the tests'.
  Reflect.deleteProperty(process.env, 'NODE_OPTIONS');
  process.on('uncaughtExceptionMonitor', explainFatalDenial);
  try {
    await importFile(file);
  } catch (error) {
    process.stderr.write(`voeventd: ${messageOf(error)}\n`);
    process.exitCode = 1;
  }
}
