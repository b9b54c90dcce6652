/** The content of a file. */
export interface Entry {
  readonly identifier: string;
  /** Milliseconds since the Unix epoch; null: never. */
  readonly expiresAt: number | null;
  /** JSON: a state as canonical text, or a counter's total. */
  readonly value: string;
}

/** A file that is not an entry: truncated, or written by another program. It counts as live until overwritten. */
export const DAMAGED = 'damaged';

/** One JSON document; the value is already JSON and is embedded unchanged. */
export function formatEntry({ identifier, expiresAt, value }: Entry): string {
  return `{"identifier":${JSON.stringify(identifier)},"expiresAt":${expiresAt},"value":${value}}\n`;
}

export function parseEntry(text: string): Entry | typeof DAMAGED {
  const parsed = parseJson(text);
  if (typeof parsed !== 'object' || parsed === null) return DAMAGED;
  if (!('identifier' in parsed) || !('expiresAt' in parsed) || !('value' in parsed)) return DAMAGED;
  const { identifier, expiresAt } = parsed;
  if (typeof identifier !== 'string' || !(expiresAt === null || typeof expiresAt === 'number')) return DAMAGED;
  return { identifier, expiresAt, value: readValue(text) };
}

/** The value's text exactly as in the file: parsing must not repair what another program wrote there. */
function readValue(text: string): string {
  const name = ',"value":';
  return text.slice(text.indexOf(name) + name.length, text.lastIndexOf('}'));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
