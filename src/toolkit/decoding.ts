/** Clients replace bytes that are not UTF-8 by this character. */
const REPLACEMENT_CHARACTER = '\ufffd';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Whether a text that a client has decoded may be damaged. It may also really contain the character: compare its bytes. */
export function hasReplacementCharacter(text: string): boolean {
  return text.includes(REPLACEMENT_CHARACTER);
}

/** Decodes UTF-8; undefined: the bytes are not UTF-8, so they are not a state (rule ST-4). */
export function decodeText(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}

/** Whether a part of a URL can be decoded. Clients decode it when they connect, and fail on a lone `%` or invalid UTF-8. */
export function isDecodable(part: string): boolean {
  try {
    decodeURIComponent(part);
    return true;
  } catch {
    return false;
  }
}
