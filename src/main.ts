import { setFlagsFromString } from 'node:v8';

// In a burst V8 lets its nurseries grow by tens of megabytes, and each heap to twice what lives in it, and keeps all that. A
// control host has better use for the memory; docs/performance.md tells what it costs.
setFlagsFromString('--semi-space-growth-factor=1');
setFlagsFromString('--heap-growing-percent=20');

// Each side is imported only when it is needed: a plugin's process starts sooner without the rest of the program.
if (process.argv[2] === '--plugin-host') {
  const { runPluginHost } = await import('./plugin/host.ts');
  await runPluginHost();
  // What the plugin still holds open must not keep its process alive without the daemon.
  process.exit();
} else if (process.argv[2] === '--launcher') {
  const { runLauncher } = await import('./launch/host.ts');
  await runLauncher();
  process.exit();
} else if (process.argv[2] === '--plugin-tests') {
  const { runPluginTests } = await import('./plugin/test-host.ts');
  await runPluginTests(process.argv[3] ?? '');
} else {
  // What libraries use that Node discourages, users can do nothing about; and a log is no place for lines that are not its own.
  process.noDeprecation = true;
  const { runCli } = await import('./cli/program.ts');
  process.exitCode = await runCli(process.argv.slice(2), (code) => process.exit(code));
}
