/** Something wrong in the configuration file, and where. Lines and columns are 1-based. */
export interface Problem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** A whole sentence. */
  readonly message: string;
  /** Lines to show below it, such as an expression with a caret. */
  readonly excerpt?: string;
}

/** `FILE:LINE:COLUMN: sentence`, as compilers write it, so that editors can jump there. */
export function formatProblem({ file, line, column, message, excerpt }: Problem): string {
  const head = `${file}:${line}:${column}: ${message}`;
  return excerpt === undefined ? head : `${head}\n${excerpt.replace(/^/gm, '    ')}`;
}

/** In the order of the file. */
export function sortProblems(problems: readonly Problem[]): Problem[] {
  return [...problems].sort((a, b) => a.line - b.line || a.column - b.column);
}
