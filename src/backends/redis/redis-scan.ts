import { isUtf8 } from 'node:buffer';
import { keyPrefixOf, mastersOf, type RedisClient } from './redis-client.js';
import type { RedisConnection } from './redis-connection.js';
import { escapeGlob } from './redis-key.js';

/** How many keys the server looks at for one page: a millisecond or so, in which others wait. */
const COUNT = 1000;

/** Which keys a scan looks for. */
export interface ScanRequest {
  /** What the keys begin with, the client's own `keyPrefix` left out. */
  readonly start: string;
  /** A glob for what may follow. */
  readonly rest: string;
  /** Only keys of this type; left out: of any. */
  readonly type?: 'string';
}

/**
 * The matching keys page by page, what follows `start` of each. Every page is one SCAN: a key may come twice, and a
 * page may be empty. Keys that are no text are left out.
 */
export async function* scanKeys(
  connection: RedisConnection,
  request: ScanRequest,
): AsyncGenerator<string[], void, undefined> {
  const masters = await connection.read(async (client) => mastersOf(client).map((master) => ({ master, client })));
  for (const { master, client } of masters) {
    // ioredis puts `keyPrefix` before keys, but neither before MATCH nor off the keys that come back.
    const start = keyPrefixOf(client) + request.start;
    let cursor = '0';
    do {
      const page = await connection.read(() => scanPage(master, cursor, escapeGlob(start) + request.rest, request));
      cursor = page.cursor;
      yield page.keys.flatMap((key) => restOf(key, start));
    } while (cursor !== '0');
  }
}

interface Page {
  readonly cursor: string;
  readonly keys: readonly Buffer[];
}

async function scanPage(master: RedisClient, cursor: string, match: string, { type }: ScanRequest): Promise<Page> {
  const [next, keys] =
    type === undefined
      ? await master.scanBuffer(cursor, 'MATCH', match, 'COUNT', COUNT)
      : await master.scanBuffer(cursor, 'MATCH', match, 'COUNT', COUNT, 'TYPE', type);
  return { cursor: next.toString(), keys };
}

function restOf(key: Buffer, start: string): string[] {
  if (!isUtf8(key)) return [];
  const text = key.toString();
  return text.startsWith(start) ? [text.slice(start.length)] : [];
}
