import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { status } from '../../src/cli/status.ts';

async function serve(context: TestContext, answer: (response: ServerResponse) => void): Promise<string> {
  const server = createServer((_, response) => answer(response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  context.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('voeventd status', () => {
  it('refuses an answer above 16 MB', async (t) => {
    const url = await serve(t, (response) => {
      const more = (): void => {
        while (!response.destroyed && response.write('x'.repeat(1_000_000)));
      };
      response.on('drain', more);
      more();
    });
    await assert.rejects(status({ url }), {
      code: 'status.large',
      message: `Cannot understand what answers at ${url}: it answered with more than 16 MB, and is no voeventd.`,
    });
  });

  it('refuses an address with a query or a fragment', async () => {
    for (const url of ['http://127.0.0.1:1/?a=b', 'http://127.0.0.1:1/#a', 'http://127.0.0.1:1?']) {
      await assert.rejects(status({ url }), { code: 'status.url', message: /query or a fragment/ }, url);
    }
  });

  for (const [what, answer] of [
    ['nothing', () => {}],
    ['half of an answer', (response: ServerResponse) => response.write('{')],
  ] as const) {
    it(`says how long it has waited when ${what} comes`, async (t) => {
      const url = await serve(t, answer);
      const timeout = AbortSignal.timeout.bind(AbortSignal);
      t.mock.method(AbortSignal, 'timeout', (ms: number) => {
        assert.equal(ms, 10_000);
        return timeout(200);
      });
      await assert.rejects(status({ url }), {
        code: 'status.unreachable',
        message: /: it did not answer within 10 s\. Is voeventd running/,
      });
    });
  }

  it('says why it cannot ask', async (t) => {
    const url = await serve(t, (response) => response.destroy());
    await assert.rejects(status({ url }), { code: 'status.unreachable', message: /reset the connection/ });
  });
});
