/**
 * What nobody sees, or what makes other text look different than it is: control and format characters, bidirectional
 * ones among them (Unicode UTR #36), what fonts leave blank by default, line and paragraph separators, halves of
 * surrogate pairs, and what Unicode calls no characters. And of marks on one letter those after the fourth: a hundred
 * accents make a tower that covers the lines above.
 */
const UNSEEN =
  /(?![\n\t])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}]|\p{M}(?<=\p{M}{5})/gu;

/** The beginning of a mark that was cut, or half a surrogate pair. */
const TORN = /(?:\u27e8(?:U(?:\+[0-9A-F]{0,6})?)?|[\ud800-\udbff])$/;

/**
 * Text of strangers made safe to look at: what cannot be seen, or covers other text, is written as a mark, such as
 * `⟨U+202E⟩`, and what is left is well-formed Unicode that XML 1.0 can hold. Line feeds and tabs stay, CR LF is a line
 * feed. Not escaped for HTML.
 *
 * @param maxLength the most UTF-16 code units of the result; what is longer ends in `…`. @default as long as it is
 */
export function visible(text: string, maxLength = Number.POSITIVE_INFINITY): string {
  // No more is looked at than can be seen: only CR LF becomes shorter, by half.
  const seen = text.slice(0, 2 * maxLength + 2).replaceAll('\r\n', '\n');
  const shown = seen.replace(UNSEEN, markOf);
  if (shown.length <= maxLength) return shown;
  return maxLength < 1 ? '' : `${shown.slice(0, maxLength - 1).replace(TORN, '')}…`;
}

function markOf(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return `⟨U+${code.toString(16).toUpperCase().padStart(4, '0')}⟩`;
}
