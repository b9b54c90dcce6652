/** The longest message: a person reads it, and a log keeps it. */
const MAX_LENGTH = 4000;
/** What stays of the end of a longer message: it says what to do. */
const END_LENGTH = 1000;

/** Control and format characters, bidirectional marks, line separators and lone surrogates. */
const NOT_PRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/**
 * A text of at most 4,000 characters that shows on one line, in the order in which it is stored. Texts from outside, such as
 * names and server messages, could otherwise forge lines of a log, hide parts of them or fill a disk.
 */
export function toPrintable(text: string): string {
  return shorten(shorten(text).replace(NOT_PRINTABLE, escapeCharacter)).toWellFormed();
}

function shorten(text: string): string {
  return text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH - END_LENGTH - 1)}…${text.slice(-END_LENGTH)}` : text;
}

function escapeCharacter(character: string): string {
  const code = (character.codePointAt(0) ?? 0).toString(16);
  return code.length > 4 ? `\\u{${code}}` : `\\u${code.padStart(4, '0')}`;
}
