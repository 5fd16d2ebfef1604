import type { LogLevel } from '../common/log.ts';

/** What every session may ask of whoever carries it. */
export type CommonOutput =
  | { readonly type: 'send'; readonly payload: string | Buffer }
  /** For the log. */
  | {
      readonly type: 'note';
      readonly level: LogLevel;
      readonly message: string;
      readonly fields?: Record<string, unknown>;
    }
  /** End the connection. `reason` is a clause. */
  | { readonly type: 'close'; readonly reason: string };

export function note(level: LogLevel, message: string, fields?: Record<string, unknown>): CommonOutput {
  return { type: 'note', level, message, ...(fields === undefined ? {} : { fields }) };
}
