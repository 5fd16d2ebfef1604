/**
 * A configuration for a daemon that is put under strain.
 *
 * @param ports of the brokers, by the name of their source
 * @param handlers YAML, one a line
 * @param more YAML at the top level
 * @param silence after which a broker is taken for dead
 */
export function configuration(
  ports: Readonly<Record<string, number>>,
  handlers: readonly string[],
  more = '',
  silence = '150s',
): string {
  const sources = Object.entries(ports).map(
    ([name, port]) =>
      `  ${name}: { type: vtp, brokers: ["127.0.0.1:${port}"], maxFrame: 5000000, silence: ${silence}, connectTimeout: 5s, reconnect: { initial: 50ms, max: 200ms } }`,
  );
  return `identity: ivo://org.example/telescope-1
web: false
sources:
${sources.join('\n')}
handlers:
${handlers.map((handler) => `  ${handler}`).join('\n')}
${more}
`;
}
