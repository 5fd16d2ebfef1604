import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';
import { parseDuration } from '../common/durations.ts';
import { explain, messageOf } from '../common/errors.ts';
import type { Fields, Secret } from './api.ts';
import { compileTemplate } from './template.ts';

/** Keeps a secret out of logs, JSON and error messages: only `reveal` shows it. */
class HiddenSecret implements Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return '[secret]';
  }

  toJSON(): string {
    return '[secret]';
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return '[secret]';
  }
}

/** A duration option: text with a unit in the file, milliseconds in the program. */
export function durationField(): z.ZodType<number, string> {
  return z
    .string()
    .describe('A duration with its unit: 250ms, 30s, 10m, 2h, 1d.')
    .transform((text, context) => {
      const durationMs = parseDuration(text);
      if (durationMs !== undefined) return durationMs;
      context.addIssue(`"${text}" is not a duration. Write a number and a unit, such as 250ms, 30s, 10m or 2h.`);
      return z.NEVER;
    });
}

/** A path option, relative to the configuration file's directory. */
export function pathField(baseDirectory: string): z.ZodType<string, string> {
  return z
    .string()
    .min(1)
    .describe('A path; a relative one starts at the configuration file.')
    .transform((path) => resolve(baseDirectory, path));
}

/** A secret option: `{ file }` (trailing line end removed), `{ env }`, or plain text for what is none. */
export function secretField(baseDirectory: string): z.ZodType<Secret, string | { file: string } | { env: string }> {
  return z
    .union([z.string(), z.strictObject({ file: z.string().min(1) }), z.strictObject({ env: z.string().min(1) })])
    .describe('A secret: { file: PATH } or { env: NAME }. It is never printed.')
    .transform((given, context) => {
      if (typeof given === 'string') return new HiddenSecret(given);
      if ('env' in given) {
        const value = process.env[given.env];
        if (value !== undefined) return new HiddenSecret(value);
        context.addIssue(`The environment variable ${given.env} is not set.`);
        return z.NEVER;
      }
      const path = resolve(baseDirectory, given.file);
      try {
        return new HiddenSecret(readFileSync(path, 'utf8').replace(/\r?\n$/, ''));
      } catch (error) {
        context.addIssue(`Cannot read the secret file ${path}: ${explain(error)}.`);
        return z.NEVER;
      }
    });
}

/** The kinds of option a plugin's schema may use beside zod's own. */
export function createFields(baseDirectory: string): Fields {
  return {
    duration: durationField,
    path: () => pathField(baseDirectory),
    secret: () => secretField(baseDirectory),
    template: () =>
      z
        .string()
        .describe('Text with places to fill: {alert.ra}, {param.TrigID}, {received.date}, {alert.dec|none}.')
        .transform((text, context) => {
          try {
            return compileTemplate(text);
          } catch (error) {
            context.addIssue(messageOf(error));
            return z.NEVER;
          }
        }),
  };
}
