import { createHash, randomUUID } from 'node:crypto';
import { extname } from 'node:path';
import type { Alert, Template } from '../../src/plugin/api.ts';

/** Longest names, in bytes. The file systems we know hold 255, encrypted home directories 143, and suffixes follow. */
const LONGEST_VALUE = 80;
const LONGEST_NAME = 120;
/** A longer or deeper stream becomes one name, so that no alert can make a path longer than the system takes. */
const LONGEST_STREAM = 200;
const DEEPEST_STREAM = 8;

/** Stands for the stream while a template is filled: only its slashes may make directories. */
const STREAM = randomUUID();

/**
 * The path of an alert's file below the archive's directory, with `/` between its names.
 *
 * Values that are safe as a name on every system stand as they are. Any other value has its unsafe characters replaced
 * and `~` and a hash of the whole value added; a safe value holds no `~`. So different values give different names.
 */
export function pathFor(alert: Alert, template: Template): string {
  const filled = template.render({ ...alert, stream: STREAM }, (value) =>
    value === STREAM ? streamPath(alert.stream) : safeName(value),
  );
  return filled
    .split('/')
    .filter((name) => name !== '')
    .map(shortName)
    .join('/');
}

/** The whole path as one name: for a path that cannot be, because a file stands where it needs a directory. */
export function flatName(path: string): string {
  const extension = extname(path);
  return safeName(path.slice(0, path.length - extension.length)) + extension;
}

/** The path with `suffix` before the extension. */
export function withSuffix(path: string, suffix: string): string {
  const extension = extname(path);
  return `${path.slice(0, path.length - extension.length)}${suffix}${extension}`;
}

function streamPath(stream: string): string {
  const names = stream.split('/');
  if (stream.length > LONGEST_STREAM || names.length > DEEPEST_STREAM) return safeName(stream);
  return names.map(safeName).join('/');
}

function safeName(value: string): string {
  const name = value
    .replace(/[^A-Za-z0-9._+=@,-]/gu, '_')
    .replace(/^[.-]/, '_')
    .replace(/\.$/, '_');
  // Windows reserves these names with any extension, also for files made on a network share.
  const reserved = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i.test(value);
  if (name === value && value !== '' && !reserved && value.length <= LONGEST_VALUE) return value;
  return `${reserved ? '_' : ''}${cut(name, LONGEST_VALUE)}~${hash(value)}`;
}

/** A name made of several values may be too long though each of them is not. */
function shortName(name: string): string {
  if (Buffer.byteLength(name) <= LONGEST_NAME) return name;
  return `${cut(name, LONGEST_NAME - 40)}~${hash(name)}${cut(extname(name), 16)}`;
}

/** The beginning of a text in so many bytes, without half a character at the end. */
function cut(text: string, bytes: number): string {
  return Buffer.from(text)
    .subarray(0, bytes)
    .toString()
    .replace(/\uFFFD+$/, '');
}

function hash(value: string): string {
  return createHash('sha256').update(value, 'utf16le').digest('hex').slice(0, 16);
}
