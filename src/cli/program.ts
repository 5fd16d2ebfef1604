import { Argument, Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { parseDuration } from '../common/durations.ts';
import { messageOf, UserError } from '../common/errors.ts';
import { VERSION } from '../common/version.ts';
import { describeCompose } from './compose-options.ts';
import { EXIT, type Exit } from './exit.ts';
import { describeJournal } from './journal-options.ts';
import { describePlugin } from './plugin-options.ts';

/** Parses the arguments, runs the command and gives the exit code. */
export async function runCli(args: readonly string[], exit: Exit): Promise<number> {
  // `voeventd listen … | head`: whoever read has gone, and that is no fault.
  process.stdout.on('error', () => exit(EXIT.ok));
  let code: number = EXIT.ok;
  const program = buildProgram(exit, (result) => {
    code = result;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    if (error instanceof UserError) {
      process.stderr.write(`voeventd: ${error.message}\n`);
      return EXIT.failed;
    }
    const stack = error instanceof Error ? error.stack : messageOf(error);
    process.stderr.write(`voeventd ${VERSION}: this is a fault in voeventd itself; please report it.\n${stack}\n`);
    return EXIT.fault;
  }
}

function buildProgram(exit: Exit, done: (code: number) => void): Command {
  const program = new Command('voeventd')
    .description('Hears astronomical alerts (VOEvent) and runs the right script, exactly when its rules say so.')
    .version(VERSION, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand(false)
    .showHelpAfterError('(voeventd --help lists the commands)')
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'voeventd: ')) });
  const journalOption = ['--journal <file>', 'the journal, when the configuration is not here'] as const;
  const configOption = ['-c, --config <file>', 'the configuration; without it voeventd.yaml is looked for'] as const;

  program
    .command('run')
    .description('Run the daemon: listen to the sources, keep every alert, run the handlers.')
    .option(...configOption)
    .option('--pretend', 'run no handler, and log what each would do, whatever the configuration says')
    .addHelpText('after', RUN_HELP)
    .action(async (options) => done(await (await import('./run.ts')).run(options, exit)));

  program
    .command('check')
    .description('Check a configuration, its rules, plugins and their options; print every problem.')
    .option(...configOption)
    .addHelpText('after', '\nExit code: 0 when all is well, 1 when there is any problem.')
    .action(async (options) => done(await (await import('./check.ts')).check(options)));

  program
    .command('status')
    .description('Print what the daemon is doing, as its status page shows it; what is wrong comes first.')
    .option(...configOption)
    .option('--json', 'print it as JSON')
    .option('--url <url>', 'where the status page is, when the configuration is not here')
    .option('--token-file <file>', 'a file with a token of web.auth, when the configuration’s own cannot be read')
    .addHelpText('after', STATUS_HELP)
    .action(async (options) => done(await (await import('./status.ts')).status(options)));

  program
    .command('test')
    .description('Try the tests of a configuration: whether its handlers fire when they should, and only then.')
    .option(...configOption)
    .option('--json', 'print what came of them as JSON')
    .addHelpText('after', TEST_HELP)
    .action(async (options) => done(await (await import('./test.ts')).testCommand(options)));

  program
    .command('try')
    .description('Print what each handler would do with these packets, and why. Needs no daemon, and runs nothing.')
    .argument('<files...>', 'alerts, in the order in which they came')
    .option(...configOption)
    .option('--at <time>', 'when they arrive and are decided on, UTC, as 2026-11-22T03:00:00Z (default: now)')
    .option('--run <handler>', 'run this handler’s plugin for real, once for each alert for which it fires')
    .option('--json', 'print the decisions as JSON')
    .addHelpText('after', TRY_HELP)
    .action(async (files, options) => done(await (await import('./try.ts')).tryCommand(files, options, exit)));

  program
    .command('explain')
    .description('Print what every handler decided on an alert, why, and what became of it.')
    .argument('<alert>', 'its identifier (ivorn), its id of 16 digits, or its number in the journal')
    .option(...configOption)
    .option(...journalOption)
    .option('--json', 'print it as JSON')
    .addHelpText('after', EXPLAIN_HELP)
    .action(async (alert, options) => done(await (await import('./explain.ts')).explainCommand(alert, options)));

  program
    .command('deliveries')
    .description(
      'List what became of alerts at handlers; with an ID, one delivery with each attempt and what it printed.',
    )
    .argument('[id]', 'the alert’s number and the handler, as 17/slew')
    .option(...configOption)
    .option(...journalOption)
    .option('--dead', 'only those that failed for good')
    .option('--open', 'only those that wait or run')
    .addOption(new Option('--state <state>', 'only those in this state').choices(STATES))
    .option('--handler <name>', 'only those of this handler')
    .option('--since <time>', 'only those to which something happened since, UTC, or so long ago, as 2h')
    .option('--limit <number>', 'so many at most, of the newest alerts', wholeNumber(1, 1_000_000), 50)
    .option('--json', 'print them as JSON')
    .action(async (id, options) => done(await (await import('./deliveries.ts')).deliveriesCommand(id, options)));

  program
    .command('retry')
    .description('Make deliveries again that failed for good; those that are named, also when they were skipped.')
    .argument('[ids...]', 'as voeventd deliveries --dead lists them')
    .option(...configOption)
    .option(...journalOption)
    .option('--handler <name>', 'all that failed for good at this handler')
    .option('--since <time>', 'of those, only the ones that failed since, UTC, or so long ago, as 2h')
    .option('--any-age', 'also alerts that are older than the handler’s maxAge')
    .option('--wait', 'wait for what comes of it, and print that')
    .addHelpText('after', ASK_HELP)
    .action(async (ids, options) => done(await (await import('./retry.ts')).retryCommand(ids, options)));

  program
    .command('replay')
    .description('Hand alerts of the journal to a handler again: those for which it fired when they came.')
    .requiredOption('--handler <name>', 'the handler')
    .requiredOption(
      '--since <time>',
      'alerts that were received since, UTC, as 2026-11-22T03:00:00Z, or so long ago, as 2h',
    )
    .option(...configOption)
    .option(...journalOption)
    .option('--until <time>', 'only those received before')
    .option('--rules', 'those for which it fires by the rules of today, also when it was not asked then')
    .option('--pretend', 'everything happens but the plugin, and the log says what it would do')
    .option('--any-age', 'also alerts that are older than the handler’s maxAge')
    .option('--wait', 'wait for what comes of it, and print that')
    .addHelpText('after', ASK_HELP)
    .action(async (options) => done(await (await import('./replay.ts')).replayCommand(options)));

  program
    .command('demo')
    .description('See the daemon at work, with an embedded broker that plays sample alerts. Needs no network.')
    .option('--directory <dir>', 'where to put the demo’s files', './voeventd-demo')
    .option('--once', 'end when the first alerts have been handled')
    .action(async (options) => done(await (await import('./demo.ts')).demo(options, exit)));

  program
    .command('listen')
    .description('Print one line for each alert that a broker sends. Needs no configuration.')
    .argument('<broker>', 'HOST:PORT of the broker')
    .option('--save <dir>', 'also save each packet there')
    .option('--json', 'print each alert as JSON')
    .option('--identity <ivoid>', 'who to say we are')
    .option('--tls', 'connect with TLS')
    .action(async (broker, options) => done(await (await import('./listen.ts')).listen(broker, options, exit)));

  program
    .command('parse')
    .description('Print the decoded alert of each file, one JSON object a line.')
    .argument('<files...>', 'VOEvents, or JSON alerts of GCN and LVK; - is standard input')
    .option('--validate', 'hold each VOEvent against the schema of its version; what breaks it goes to stderr')
    .option('--no-raw', 'leave out the field raw, the document itself')
    .addHelpText('after', PARSE_HELP)
    .action(async (files, options) => done(await (await import('./parse.ts')).parse(files, options)));

  describeCompose(program.command('compose')).action(async (draft, flags) =>
    done(await (await import('./compose.ts')).composeCommand(draft, flags)),
  );

  program
    .command('send')
    .description('Publish a VOEvent: send it to a broker, and wait until the broker has taken or refused it.')
    .argument('<file>', 'the packet, sent byte for byte; - is standard input')
    .requiredOption('--to <address>', 'the broker’s port for authors, as HOST:PORT or unix:/PATH; without a port, 8098')
    .option('--attempts <number>', 'how often to try in all', wholeNumber(1, 1_000_000), 5)
    .addOption(
      duration('--timeout <duration>', 'how long one attempt may take', { min: '1ms', max: '1d', usual: '30s' }),
    )
    .addOption(
      duration('--delay <duration>', 'first wait between two attempts; it doubles, up to 60s', {
        min: '0s',
        max: '60s',
        usual: '1s',
      }),
    )
    .option('--tls', 'connect with TLS, as when any of the next four is given')
    .option('--ca <file>', 'PEM file of the authorities to trust instead of the system’s')
    .option('--cert <file>', 'PEM file of our own certificate, when the broker asks for one')
    .option('--key <file>', 'PEM file of our own private key')
    .option('--server-name <name>', 'the name the broker’s certificate bears, when it is not its host name')
    .option('-q, --quiet', 'print nothing but why it was not published')
    .addHelpText('after', SEND_HELP)
    .action(async (file, options) => done(await (await import('./send.ts')).sendCommand(file, options, exit)));

  program
    .command('simulate')
    .description('A broker for rehearsals: plays packets to whoever subscribes, and checks every acknowledgement.')
    .argument('[paths...]', 'packets, or folders of them; without any, samples of its own')
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <port>', 'port to listen on; 0 takes a free one', wholeNumber(0, 65_535), 8099)
    .option('--rate <number>', 'alerts a second', positive, 1)
    .option(
      '--count <number>',
      'alerts in all; beyond one round the identifiers are numbered',
      wholeNumber(1, 100_000_000),
    )
    .option('--window <number>', 'alerts that may wait for their ack', wholeNumber(1, 100_000), 10)
    .option('--iamalive <seconds>', 'seconds between two iamalives', positive, 60)
    .addHelpText('after', '\nExit code: 0 when every alert was acknowledged and nothing was wrong, 1 otherwise.')
    .action(async (paths, options) => done(await (await import('./simulate.ts')).simulate(paths, options, exit)));

  program
    .command('schema')
    .description('Print the JSON Schema of the configuration file, for editors, or of an alert as parse prints it.')
    .addArgument(new Argument('[what]', 'which schema').choices(['config', 'alert']).default('config'))
    .action(async (what) => done((await import('./schema.ts')).schema(what)));

  program
    .command('types')
    .description('Write what editors need to complete and check plugins: voeventd.d.ts, and a tsconfig.json.')
    .argument('[directory]', 'where the plugins are; without it, where the configuration says, or ./plugins')
    .option(...configOption)
    .addHelpText('after', TYPES_HELP)
    .action(async (directory, options) => done(await (await import('./types.ts')).typesCommand(directory, options)));

  const journal = program.command('journal').copyInheritedSettings(program);
  describeJournal(journal, done);

  const plugin = program.command('plugin').copyInheritedSettings(program);
  describePlugin(plugin, exit, done);

  for (const command of program.commands) command.copyInheritedSettings(program);
  return program;
}

const MARKS_HELP = `
  ✓ held   ✗ did not   ? a value was missing, so that it is neither   · did not matter any more`;

const TEST_HELP = `
The tests are in the section tests of the configuration, and in files *.test.yaml beside it.

Exit code: 0 when all passed; 1 when one failed, or there is none.`;

const TRY_HELP = `
Earlier files are earlier alerts: once, repeat and retractions see them. The parts of each rule:${MARKS_HELP}

Exit code: 1 when a file cannot be read or decoded, or the handler of --run failed; the others are tried all
the same.

Example:
  voeventd try -c voeventd.yaml --at 2026-11-22T03:00:00Z packet.xml update.xml`;

const EXPLAIN_HELP = `
It reads the journal, also while the daemon runs. Where several alerts bear the identifier, the newest comes
first. The parts of each rule:${MARKS_HELP}

Exit code: 1 when the journal has no such alert.`;

const STATES = ['pending', 'running', 'retrying', 'done', 'dead', 'skipped'];

const ASK_HELP = `
It is written into the journal: a daemon that runs takes it up within a second, another one when it starts. A
test gets to no handler that takes none, whatever is asked.

Exit code: 0 when it was asked for; with --wait, when all were done.`;

const PARSE_HELP = `
The fields are those of \`voeventd schema alert\`. Alerts about one event share their field thread, in whatever order
their files are given.

Exit code: 1 when a file cannot be read or decoded, or, with --validate, breaks its schema; the others are printed all
the same.`;

const SEND_HELP = `
An attempt without an answer is repeated; the broker takes the same packet only once. A refusal is
final, and the broker’s reason goes to stderr. Comet refuses a packet that it has already, where the
standard wants it acknowledged.

Example:
  voeventd compose --stream org.example/survey | voeventd send - --to broker.example.org

Exit code: 0 when the broker acknowledged it, also for a packet that it has already; 1 when there is
nothing fit to send or no way to send it, and nothing was sent; 2 when the broker refused it, or the
command was wrong; 3 when no attempt was answered, or a signal stopped it.`;

const TYPES_HELP = `
Nothing needs to be installed for them. voeventd.d.ts is written anew each time, which it should be after an
update; a tsconfig.json that is there stays as it is.`;

const STATUS_HELP = `
Exit code: 0 when nothing is red, 1 when something is, or the daemon does not answer: fit for cron and Nagios.

Example, in a crontab that mails what is printed:
  */5 * * * *  voeventd status -c /etc/voeventd/voeventd.yaml > /tmp/voeventd.status || cat /tmp/voeventd.status`;

const RUN_HELP = `
Signals:
  SIGTERM, SIGINT  stop: running handlers may finish within the configured shutdown time;
                   a second one exits at once
  SIGHUP           read the configuration again; a bad one is refused and the old one kept
  SIGUSR2          write to the log what every source is doing, and what the journal holds

Without -c, voeventd.yaml is looked for in the working directory and those above it, then in
~/.config/voeventd, then in /etc/voeventd.`;

function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(`Expected a whole number from ${min} to ${max}.`);
  };
}

function positive(text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError('Expected a number above 0.');
}

/** An option whose value is a duration, in milliseconds. */
function duration(flags: string, description: string, { min, max, usual }: Record<'min' | 'max' | 'usual', string>) {
  const [shortest = 0, longest = 0] = [parseDuration(min), parseDuration(max)];
  return new Option(flags, description).default(parseDuration(usual), usual).argParser((text) => {
    const value = parseDuration(text);
    if (value !== undefined && value >= shortest && value <= longest) return value;
    throw new InvalidArgumentError(`Expected a duration from ${min} to ${max}, such as ${usual}.`);
  });
}
