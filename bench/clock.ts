/** The machine's monotonic clock in nanoseconds; all its processes share it. */
export function monotonicNs(): number {
  return Number(process.hrtime.bigint());
}

/** What to subtract from nanoseconds since 1970 to get the monotonic clock: read at the edge of a millisecond. */
export function wallOffsetNs(): bigint {
  const before = Date.now();
  let now = before;
  while (now === before) now = Date.now();
  return BigInt(now) * 1_000_000n - process.hrtime.bigint();
}

/** Measures how busy this process is, of one core, until what it returns is called. */
export function cpuLoad(): () => number {
  const startedAt = performance.now();
  const cpu = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(cpu);
    return (user + system) / 1_000 / (performance.now() - startedAt);
  };
}
