import { stringify } from 'yaml';
import { fullDefault, type JsonSchema, typeInWords } from './json-schema.ts';

type Values = Readonly<Record<string, unknown>>;

/** The schema of an entry of a map, given the entry as written in the example. */
export type EntrySchema = (entry: Values, schema: JsonSchema) => JsonSchema;

const WIDTH = 110;

/**
 * An example file with every option explained: those of the example as they are, the others commented out with their
 * defaults. An option is explained where it first occurs.
 */
export function renderExample(schema: JsonSchema, example: Values, entrySchema: EntrySchema): string {
  const lines: string[] = [];
  writeOptions(schema, example, { lines, indent: 0, path: '', explained: new Set(), entrySchema });
  return `${lines.join('\n').trim()}\n`;
}

interface Pen {
  readonly lines: string[];
  readonly indent: number;
  /** With `*` for names that are the user's own. */
  readonly path: string;
  readonly explained: Set<string>;
  readonly entrySchema: EntrySchema;
}

function writeOptions(schema: JsonSchema, example: Values, pen: Pen): void {
  for (const [name, option] of Object.entries(schema.properties ?? {})) {
    const path = `${pen.path}.${name}`;
    const explanation = `${path} ${option.description}`;
    const isNew = !pen.explained.has(explanation);
    pen.explained.add(explanation);
    const isWritten = Object.hasOwn(example, name);
    if (!isWritten && !isNew) continue;
    if (pen.indent === 0) pen.lines.push('');
    if (isNew)
      write(
        pen,
        wrap(option.description ?? '', WIDTH - pen.indent - 2).map((line) => `# ${line}`),
      );
    if (isWritten) writeOption(name, option, example[name], { ...pen, path });
    else write(pen, [`# ${name}: ${inline(fullDefault(option) ?? option.sample ?? '')}${note(option)}`]);
  }
}

function writeOption(name: string, option: JsonSchema, value: unknown, pen: Pen): void {
  const options = optionsOf(option);
  if (options !== undefined && isMap(value)) {
    write(pen, [`${name}:`]);
    writeOptions(options, value, { ...pen, indent: pen.indent + 2 });
  } else if (
    typeof option.additionalProperties === 'object' &&
    isMap(value) &&
    isEntries(option.additionalProperties)
  ) {
    write(pen, [`${name}:`]);
    for (const [key, entry] of Object.entries(value)) {
      if (!isMap(entry)) continue;
      write({ ...pen, indent: pen.indent + 2 }, [`${key}:`]);
      const schema = pen.entrySchema(entry, option.additionalProperties);
      writeOptions(schema, entry, { ...pen, indent: pen.indent + 4, path: `${pen.path}.*` });
    }
  } else if (Array.isArray(value) && value.some(isMap)) {
    write(pen, [`${name}:`, ...value.map((entry) => `  - ${inline(entry)}`)]);
  } else write(pen, [`${name}: ${inline(value)}`]);
}

/** The map of options that this option is, or may be instead of something plainer. */
function optionsOf(option: JsonSchema): JsonSchema | undefined {
  return option.properties === undefined ? option.anyOf?.find((one) => one.properties !== undefined) : option;
}

/** Entries that are maps of options themselves, as sources and handlers are. */
function isEntries(schema: JsonSchema): boolean {
  return schema.properties !== undefined || schema.oneOf !== undefined;
}

function isMap(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function note(option: JsonSchema): string {
  return fullDefault(option) === undefined ? '   # not set by default' : '';
}

function inline(value: unknown): string {
  return stringify(value, { collectionStyle: 'flow', lineWidth: 0 }).trim();
}

function write({ lines, indent }: Pen, texts: readonly string[]): void {
  lines.push(...texts.map((text) => `${' '.repeat(indent)}${text}`.trimEnd()));
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + word.length >= width) {
      lines.push(line);
      line = '';
    }
    line += line === '' ? word : ` ${word}`;
  }
  return line === '' ? lines : [...lines, line];
}

/** A Markdown table of a map's options; options inside options are written with dots. */
export function renderTable(schema: JsonSchema): string {
  const rows = rowsOf(schema, '', schema.required ?? []);
  return ['| option | what may be written | default | what it does |', '|---|---|---|---|', ...rows].join('\n');
}

function rowsOf(schema: JsonSchema, prefix: string, required: readonly string[]): string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, option]) => {
    const known = fullDefault(option);
    const fallback = known === undefined ? (required.includes(name) ? 'required' : 'not set') : `\`${inline(known)}\``;
    const row = `| \`${prefix}${name}\` | ${typeInWords(option)} | ${fallback} | ${option.description ?? ''} |`;
    const inner = optionsOf(option);
    return [row, ...(inner === undefined ? [] : rowsOf(inner, `${prefix}${name}.`, inner.required ?? []))];
  });
}
