/** A pattern with `*` for any text and `?` for one character, the case of letters aside. */
export interface Glob {
  readonly text: string;
  matches(text: string): boolean;
}

export function glob(text: string): Glob {
  const pattern = [...text.toLowerCase()];
  return { text, matches: (written) => fits(pattern, [...written.toLowerCase()]) };
}

/** Goes back to the last `*` alone: a regular expression would take the cube of the length for a few of them. */
function fits(pattern: readonly string[], text: readonly string[]): boolean {
  let [at, place, star, mark] = [0, 0, -1, 0];
  while (at < text.length) {
    if (pattern[place] === '*') {
      star = place;
      mark = at;
      place += 1;
    } else if (place < pattern.length && (pattern[place] === '?' || pattern[place] === text[at])) {
      place += 1;
      at += 1;
    } else if (star !== -1) {
      mark += 1;
      place = star + 1;
      at = mark;
    } else return false;
  }
  while (pattern[place] === '*') place += 1;
  return place === pattern.length;
}
