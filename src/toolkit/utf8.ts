/** What clients put in the place of bytes that are no UTF-8. */
const REPLACEMENT_CHARACTER = '\ufffd';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Whether a text that a client has decoded may be damaged. It may hold the character by right: its bytes tell. */
export function hasReplacementCharacter(text: string): boolean {
  return text.includes(REPLACEMENT_CHARACTER);
}

/** The text that bytes are; undefined: they are no UTF-8, and so no state (rule ST-4). */
export function decodeText(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}
