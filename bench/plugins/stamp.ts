import type { Plugin } from '../../src/plugin/api.ts';

/** Says when it was called, on the machine's monotonic clock, which all its processes share. */
export default {
  handle: () => `started ${process.hrtime.bigint()}`,
} satisfies Plugin;
