/** What a file holds. */
export interface Entry {
  readonly identifier: string;
  /** Milliseconds since the Unix epoch; null: never. */
  readonly expiresAt: number | null;
  /** JSON: a state as canonical text, or a counter's total. */
  readonly value: string;
}

/** A file that is there and is no entry: cut off, or written by something else. It is alive until overwritten. */
export const DAMAGED = 'damaged';

/** One JSON document; the value is already JSON and stands in it as it is. */
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

/** As it stands in the file: what another program wrote there must not be made good by parsing it. */
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
