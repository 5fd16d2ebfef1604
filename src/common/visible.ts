/** Control characters, and those that turn the direction of the text around them or cannot be seen. */
const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;

/** A stranger's text as it may be shown on one line: nothing in it acts on what stands around it, and it ends. */
export function visible(text: string, maxLength = 1_000): string {
  const cut = text.length > maxLength ? `${text.slice(0, maxLength)}…` : text;
  return cut.toWellFormed().replace(UNSEEN, '\ufffd');
}
