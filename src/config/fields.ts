import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';
import { parseDuration } from '../common/durations.ts';
import { explain } from '../common/errors.ts';

/** Keeps a secret out of logs, JSON and error messages: only `reveal` shows it. */
export class Secret {
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
  const refusal = (written: string) =>
    `${written} is not a duration. Write a number and a unit, such as 250ms, 30s, 10m or 2h.`;
  return z
    .string({ error: ({ input }) => (typeof input === 'number' ? refusal(String(input)) : undefined) })
    .describe('A duration with its unit: 250ms, 30s, 10m, 2h, 1d.')
    .transform((text, context) => {
      const durationMs = parseDuration(text);
      if (durationMs !== undefined) return durationMs;
      context.addIssue(refusal(`"${text}"`));
      return z.NEVER;
    });
}

const SIZE_UNITS: Readonly<Record<string, number>> = {
  ...{ kB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 },
  ...{ KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 },
};

/** A size option: text with a unit in the file, bytes in the program. */
export function sizeField(): z.ZodType<number, string> {
  const refusal = (written: string) => `${written} is not a size. Write a number and a unit, such as 500MB or 20GB.`;
  return z
    .string({ error: ({ input }) => (typeof input === 'number' ? refusal(String(input)) : undefined) })
    .describe('A size with its unit: 500MB, 20GB.')
    .transform((text, context) => {
      const [, amount, unit = ''] = /^(\d+(?:\.\d+)?)\s*(kB|KiB|[MGT]i?B)$/.exec(text) ?? [];
      if (amount !== undefined) return Math.round(Number(amount) * (SIZE_UNITS[unit] ?? 1));
      context.addIssue(refusal(`"${text}"`));
      return z.NEVER;
    });
}

/** A duration, or `false` where the thing can be done without. */
export function durationOrFalseField() {
  return z.union([z.literal(false), durationField()], {
    error: ({ input }) =>
      input === undefined || input === null
        ? undefined
        : `${JSON.stringify(input)} is not a duration. Write a number and a unit, such as 30s, 10m or 2h, or false.`,
  });
}

const ARC: Readonly<Record<string, number>> = { deg: 1, arcmin: 1 / 60, arcsec: 1 / 3_600 };

/** An angle: a number of degrees, or text with a unit; degrees in the program. */
export function angleField(): z.ZodType<number, number | string> {
  return z
    .union([z.number(), z.string()], { error: () => 'Write an angle such as 10deg, 30arcmin or 5arcsec.' })
    .describe('An angle with its unit: 10deg, 30arcmin, 5arcsec; a plain number is degrees.')
    .transform((written, context) => {
      if (typeof written === 'number' && written >= 0) return written;
      const [, amount, unit = ''] = /^(\d+(?:\.\d+)?)\s*(deg|arcmin|arcsec)$/.exec(String(written)) ?? [];
      if (amount !== undefined) return Number(amount) * (ARC[unit] ?? 1);
      const shown = typeof written === 'number' ? written : `"${written}"`;
      context.addIssue(`${shown} is not an angle. Write one such as 10deg, 30arcmin or 5arcsec.`);
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

const SECRET_FORMS = 'It must be text, { file: PATH } or { env: NAME }.';

/** A secret option: `{ file }` (trailing line end removed), `{ env }`, or plain text for what is none. */
export function secretField(baseDirectory: string): z.ZodType<Secret, string | { file: string } | { env: string }> {
  return z
    .union([z.string(), z.strictObject({ file: z.string().min(1) }), z.strictObject({ env: z.string().min(1) })], {
      error: ({ input }) => (input === undefined ? undefined : SECRET_FORMS),
    })
    .describe('A secret: { file: PATH } or { env: NAME }. It is never printed.')
    .transform((given, context) => {
      if (typeof given === 'string') return new Secret(given);
      if ('env' in given) {
        const value = process.env[given.env];
        if (value !== undefined) return new Secret(value);
        context.addIssue(`The environment variable ${given.env} is not set.`);
        return z.NEVER;
      }
      const path = resolve(baseDirectory, given.file);
      try {
        return new Secret(readFileSync(path, 'utf8').replace(/\r?\n$/, ''));
      } catch (error) {
        context.addIssue(`Cannot read the secret file ${path}: ${explain(error)}.`);
        return z.NEVER;
      }
    });
}

/** A path to a text file (PEM), read when the configuration is. */
export function fileTextField(baseDirectory: string): z.ZodType<string, string> {
  return z
    .string()
    .min(1)
    .transform((given, context) => {
      const path = resolve(baseDirectory, given);
      try {
        return readFileSync(path, 'utf8');
      } catch (error) {
        context.addIssue(`Cannot read ${path}: ${explain(error)}.`);
        return z.NEVER;
      }
    });
}
