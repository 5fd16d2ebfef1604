import type { Hono } from 'hono';
import type { Env, Site } from '../context.ts';
import { METRICS_TYPE, renderMetrics } from '../metrics.ts';
import type { Status } from '../model.ts';

const TEXT = 'text/plain; charset=utf-8';

/** For those who watch over us: health, readiness, metrics. */
export function addWatch(app: Hono<Env>, site: Site): void {
  const { desk, hub } = site;
  app.get('/healthz', async (context) => {
    try {
      await desk.ping();
      return context.body('alive\n', 200, { 'content-type': TEXT });
    } catch (error) {
      return context.body(`not alive: ${error instanceof Error ? error.message : error}\n`, 503, {
        'content-type': TEXT,
      });
    }
  });
  app.get('/readyz', async (context) => {
    const reasons = unready(await desk.status());
    const body = reasons.length === 0 ? 'ready\n' : `not ready\n${reasons.map((reason) => `${reason}\n`).join('')}`;
    return context.body(body, reasons.length === 0 ? 200 : 503, { 'content-type': TEXT });
  });
  app.get('/metrics', async (context) => {
    const { status, snapshot } = await desk.told();
    const { user, system } = process.cpuUsage();
    const text = await renderMetrics({
      ...{ status, snapshot, listeners: hub.clients },
      ...{ residentBytes: process.memoryUsage.rss(), cpuSeconds: (user + system) / 1_000_000 },
    });
    return context.body(text, 200, { 'content-type': METRICS_TYPE });
  });
}

/** Why the daemon cannot do all of its work, a line each. */
function unready({ concerns }: Status): string[] {
  return concerns.filter(({ level }) => level === 'red').map(({ about, message }) => `${about}: ${message}`);
}
