import type { YAMLError } from 'yaml';

/** What is wrong with the YAML, and what to write, in words for someone who does not know its grammar. */
export function yamlSentence(error: YAMLError, text: string): string {
  const at = text.slice(error.pos[0], error.pos[0] + 80);
  switch (error.code) {
    case 'TAB_AS_INDENT':
      return 'YAML does not allow a tab to indent a line. Write spaces.';
    case 'DUPLICATE_KEY':
      return `The key ${/^["']?([^\s:"']*)/.exec(at)?.[1] ?? ''} stands twice in one map. Remove one, or rename it.`;
    case 'BAD_SCALAR_START':
      return `Text that begins with ${at.charAt(0)} must be in quotes.`;
    case 'TAG_RESOLVE_FAILED':
      return `YAML reads ${/^\S*/.exec(at)?.[0]} as a tag, because it begins with an exclamation mark. Put the whole value in quotes.`;
    case 'BLOCK_AS_IMPLICIT_KEY':
      return 'Either this value holds a colon and must be in quotes, or the line below it is indented too far.';
    case 'MULTILINE_IMPLICIT_KEY':
      return 'This line is no KEY: VALUE. Write a colon and a space after the key.';
    case 'BAD_DQ_ESCAPE':
      return `${at.slice(0, 2)} has no meaning between double quotes. Write \\\\ for a backslash, or use single quotes.`;
    case 'BAD_INDENT':
    case 'MISSING_CHAR':
      return missing(error.message);
    default:
      return `The YAML cannot be read: ${error.message}.`;
  }
}

function missing(message: string): string {
  const bracket = /end with a ([\]}])$/.exec(message)?.[1];
  if (bracket !== undefined) return `A closing ${bracket} is missing.`;
  const quote = /^Missing closing (["'])/.exec(message)?.[1];
  if (quote !== undefined) return `A closing ${quote} is missing.`;
  if (message.startsWith('Implicit map keys'))
    return 'This line is no KEY: VALUE. Write a colon and a space after the key.';
  if (message.startsWith('All mapping items')) {
    return 'This line is not indented as those it belongs with. The options of one map begin in the same column.';
  }
  return `The YAML cannot be read: ${message}.`;
}
