/** A plugin to begin with. */
export const PLUGIN = `import type { Plugin } from 'voeventd';

/** What a handler gives with \`with:\`, as the schema below makes it. */
export interface Options {
  /** The program that points the telescope. */
  program: string;
}

export default {
  describe: 'Points the telescope at each alert.',

  // Once: the schema of the options, with zod. A mistake in voeventd.yaml stops the start, with its line.
  config: (z) => z.strictObject({ program: z.string().default('echo') }),

  // Once: what it needs beside reading its own folder: read, write, net, run, env. The handler grants it with \`allow:\`.
  permissions: ({ program }) => ({ run: [program] }),

  // For each alert, and again for each further attempt. What it returns is kept with the delivery.
  async handle(alert, context) {
    // fail: trying again cannot help. What an alert does not say is undefined.
    if (alert.ra === undefined || alert.dec === undefined) throw context.fail('the alert has no position');
    const { program } = context.config;
    const ending = await context.run([program, String(alert.ra), String(alert.dec)]);
    // retry: trying again may help, as often as the handler says with \`retry:\`.
    if (ending.kind !== 'exit' || ending.code !== 0) throw context.retry(\`\${program} did not succeed\`);
    return \`pointed at \${alert.ra} \${alert.dec}\`;
  },

  // In place of handle where the handler pretends: what that would do, without doing it.
  pretend(alert, context) {
    if (alert.ra === undefined || alert.dec === undefined) throw context.fail('the alert has no position');
    return \`run \${context.config.program} \${alert.ra} \${alert.dec}\`;
  },
} satisfies Plugin<Options>;
`;

/** The test of that plugin. */
export function testOf(name: string): string {
  return `// voeventd plugin test ${name} runs this; so does node --test, where Node.js 22.18 or newer is installed.
import assert from 'node:assert/strict';
import test from 'node:test';
import type { Alert, Context } from 'voeventd';
import plugin, { type Options } from './${name}.ts';

const ALERT = { ivorn: 'ivo://org.example/survey#1', ra: 83.6331, dec: 22.0145 } as Alert;

/** As much of a context as the plugin uses. The program that it runs exits with \`code\`. */
function contextWith(code: number) {
  const ran: string[] = [];
  const context = {
    config: { program: 'slew' },
    fail: (reason: string) => new Error(\`fail: \${reason}\`),
    retry: (reason: string) => new Error(\`retry: \${reason}\`),
    run: async (argv: readonly string[]) => {
      ran.push(argv.join(' '));
      return { kind: 'exit', code };
    },
  };
  return { context: context as unknown as Context<Options>, ran };
}

test('it points at the position', async () => {
  const { context, ran } = contextWith(0);
  assert.equal(await plugin.handle(ALERT, context), 'pointed at 83.6331 22.0145');
  assert.deepEqual(ran, ['slew 83.6331 22.0145']);
});

test('when the program fails, it asks to be tried again', async () => {
  await assert.rejects(plugin.handle(ALERT, contextWith(1).context), /retry: slew did not succeed/);
});

test('without a position it runs nothing and fails for good', async () => {
  const { context, ran } = contextWith(0);
  const { ra, dec, ...nowhere } = ALERT;
  await assert.rejects(plugin.handle(nowhere, context), /fail: the alert has no position/);
  assert.deepEqual(ran, []);
});

test('what it would do, it only says', () => {
  const { context, ran } = contextWith(0);
  assert.equal(plugin.pretend(ALERT, context), 'run slew 83.6331 22.0145');
  assert.deepEqual(ran, []);
});
`;
}

/** Its handler, for the configuration. */
export function handlerOf(name: string, handler: string): string {
  return `handlers:
  ${handler}:
    plugin: ${name}
    allow: { run: [echo] }
    with: { program: echo }
`;
}
