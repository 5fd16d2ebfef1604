/** Why a document is not an alert we can read. A fact about the alert, never a reason to lose it. */
export class DecodeError extends Error {
  /** 1-based; absent where the fault has no place. */
  readonly line: number | undefined;
  readonly column: number | undefined;

  constructor(reason: string, place: { line?: number; column?: number } = {}) {
    const where = place.line === undefined ? '' : ` at line ${place.line}, column ${place.column ?? 1}`;
    super(`${reason}${where}`);
    this.name = 'DecodeError';
    this.line = place.line;
    this.column = place.column;
  }
}
