import { setFlagsFromString } from 'node:v8';

// In a burst V8 lets its nursery grow by tens of megabytes, and keeps them. A control host has better use for the memory;
// `npm run bench` shows what both cost.
setFlagsFromString('--semi-space-growth-factor=1');

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
} else {
  const { runCli } = await import('./cli/program.ts');
  process.exitCode = await runCli(process.argv.slice(2), (code) => process.exit(code));
}
