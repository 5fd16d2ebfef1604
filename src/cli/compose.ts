import { readFile, writeFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { compose } from '../alert/compose/compose.ts';
import { type Draft, draftSchema, type FormatVersion } from '../alert/compose/draft.ts';
import { draftOfAlert } from '../alert/compose/draft-of-alert.ts';
import { createDecoder } from '../alert/decode.ts';
import { scanEnvelope } from '../alert/envelope.ts';
import type { CiteKind } from '../alert/model.ts';
import { explain, UserError } from '../common/errors.ts';
import { ConfigDocument } from '../config/document.ts';
import { type Fault, faultsOf } from '../config/faults.ts';
import { formatProblem, sortProblems } from '../config/problem.ts';
import { problemsOf } from '../config/validate.ts';
import { type Cited, withFlags } from './compose-draft.ts';
import type { ComposeFlags } from './compose-options.ts';
import { EXIT } from './exit.ts';

/** `voeventd compose`: a VOEvent from flags, a draft, or both. */
export async function composeCommand(file: string | undefined, flags: ComposeFlags): Promise<number> {
  const source = file === undefined ? undefined : await readDraft(file);
  const written = source?.value ?? {};
  const version = flags.formatVersion ?? versionOf(written);
  const cited = (
    await Promise.all([
      cite('followup', flags.followup),
      cite('supersedes', flags.supersede),
      cite('retraction', flags.retract),
    ])
  ).flat();
  const draft = withFlags(
    draftOfAlert(written) as typeof written,
    { ...flags, formatVersion: version },
    cited,
    new Date(),
  );
  const schema = draftSchema(version);
  const checked = schema.safeParse(draft);
  if (!checked.success) {
    const faults = faultsOf(checked.error.issues, schema, draft);
    throw new UserError('compose.draft', `Cannot compose the alert.\n${describeFaults(faults, source).join('\n')}`);
  }
  const packet = compose(checked.data as Draft, { version });
  await requireValid(packet);
  if (flags.output === undefined) process.stdout.write(packet);
  else await writeNew(flags.output, packet);
  return EXIT.ok;
}

interface Source {
  readonly name: string;
  readonly text: string;
  readonly value: Readonly<Record<string, unknown>>;
}

async function readDraft(file: string): Promise<Source> {
  const name = file === '-' ? 'standard input' : file;
  const written = await (file === '-' ? text(process.stdin) : readFile(file, 'utf8')).catch((error: unknown) => {
    throw new UserError('compose.read', `Cannot read ${name}: ${explain(error)}.`, { cause: error });
  });
  if (/[\0\ufffd]/.test(written)) {
    throw new UserError('compose.read', `Cannot read ${name}: it is not a text in UTF-8. A draft is JSON or YAML.`);
  }
  const value = jsonOf(written) ?? yamlOf(name, written);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return { name, text: written, value: value as Source['value'] };
  }
  const advice = 'Write the fields of one alert, as role: test, or what voeventd parse prints.';
  throw new UserError('compose.read', `Cannot make an alert of ${name}: it holds no map of fields. ${advice}`);
}

/** An alert with a sky map inside is megabytes of JSON, which is read much faster than YAML. */
function jsonOf(written: string): unknown {
  if (!/^\s*\{/.test(written)) return undefined;
  try {
    return JSON.parse(written);
  } catch {
    if (!/^\s*\{.*\}\s*\n\s*\{"/.test(written)) return undefined;
    throw new UserError(
      'compose.read',
      'Cannot compose more than one alert at a time: there are several in the draft.',
    );
  }
}

function yamlOf(name: string, written: string): unknown {
  const document = new ConfigDocument(name, written);
  if (document.problems.length === 0) return document.value ?? {};
  const problems = sortProblems(document.problems).map(formatProblem);
  throw new UserError('compose.read', `Cannot read the draft.\n${problems.join('\n')}`);
}

/** An alert that was written in VOEvent 2.1 may say what 2.0 has no place for. */
function versionOf(written: Readonly<Record<string, unknown>>): FormatVersion {
  return written.format === 'voevent' && written.version === '2.1' ? '2.1' : '2.0';
}

/** With the place in the draft, where the draft has the field; a fault of a flag has none. */
function describeFaults(faults: readonly Fault[], source: Source | undefined): string[] {
  const isInDraft = ({ path, key }: Fault): boolean => source !== undefined && (path[0] ?? key ?? '') in source.value;
  const elsewhere = faults.filter((fault) => !isInDraft(fault));
  const sentences = elsewhere.map(({ path, message }) => [...path, ''].join('.').replace(/\.$/, ': ') + message);
  const inDraft = faults.filter(isInDraft);
  if (source === undefined || inDraft.length === 0) return sentences;
  const document = new ConfigDocument(source.name, source.text);
  return [...sortProblems(problemsOf(inDraft, document)).map(formatProblem), ...sentences];
}

async function cite(kind: CiteKind, alerts: readonly string[] = []): Promise<Cited[]> {
  return await Promise.all(alerts.map(async (alert) => ({ ivorn: await ivornOf(alert), cite: kind })));
}

async function ivornOf(alert: string): Promise<string> {
  if (/^ivo:\/\//i.test(alert)) return alert;
  let packet: Buffer;
  try {
    packet = await readFile(alert);
  } catch (error) {
    const advice = 'Write the path of a packet, or an identifier that begins with ivo://.';
    throw new UserError('compose.cite', `Cannot cite ${alert}: ${explain(error)}. ${advice}`, { cause: error });
  }
  const { kind, ivorn } = scanEnvelope(packet);
  if (kind === 'voevent' && ivorn !== undefined && ivorn.trim() !== '') return ivorn.trim();
  throw new UserError('compose.cite', `Cannot cite ${alert}: it is no VOEvent with an identifier.`);
}

/**
 * Nothing leaves that a receiver could refuse.
 *
 * @throws Error when a draft passed all checks and yet makes no valid document: a fault of ours, not of the author
 */
async function requireValid(packet: string): Promise<void> {
  const decoder = await createDecoder();
  const reception = { source: 'compose', receivedAt: '' };
  const { validity } = decoder.decode(Buffer.from(packet), reception, { validate: true });
  if (validity?.valid !== false) return;
  const problems = validity.problems.map(({ line, message }) => `line ${line}: ${message}`);
  throw new Error(`What was composed is no valid VOEvent ${validity.schema}.\n${problems.join('\n')}\n${packet}`);
}

async function writeNew(file: string, packet: string): Promise<void> {
  try {
    await writeFile(file, packet, { flag: 'wx' });
  } catch (error) {
    const isThere = (error as NodeJS.ErrnoException).code === 'EEXIST';
    const reason = isThere ? 'it exists, and is never overwritten' : explain(error);
    throw new UserError('compose.write', `Cannot write ${file}: ${reason}.`, { cause: error });
  }
}
