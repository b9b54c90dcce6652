import { isUtf8 } from 'node:buffer';

/** What clients put in the place of bytes that are no UTF-8. */
const REPLACEMENT_CHARACTER = '\ufffd';

/** Whether a text that a client has decoded may be damaged. It may hold the character by right: its bytes tell. */
export function mayBeDamaged(text: string): boolean {
  return text.includes(REPLACEMENT_CHARACTER);
}

/** The text that bytes are; undefined: they are no UTF-8, and so no state (rule ST-4). */
export function decodeText(bytes: Buffer): string | undefined {
  return isUtf8(bytes) ? bytes.toString() : undefined;
}
