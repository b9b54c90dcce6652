import { isUtf8 } from 'node:buffer';
import { setTimeout as pause } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { StorageUnavailableError } from '../../../errors/backend-errors.js';
import { refreshSlots } from '../connection/cluster-client.js';
import { ClusterTopology, readTopology } from '../connection/cluster-topology.js';
import { isCluster, keyPrefixOf, type RedisClient } from '../connection/redis-client.js';
import type { RedisConnection } from '../connection/redis-connection.js';
import { escapeGlob } from '../redis-key.js';

/** How many keys the server looks at for one page: a millisecond or so, in which others wait. */
const COUNT = 1000;
/** How often slots may move under a listing, or a server be left, before it gives up. */
const MOST_ROUNDS = 10;
/** A cluster that is just choosing a master has not done so at once. */
const REFRESH_PAUSE_MS = 100;
const RESTLESS = `Redis Cluster: slots moved under ${MOST_ROUNDS} rounds of a listing; list again when they rest.`;
const RECONNECTED = `Redis: the connection broke ${MOST_ROUNDS} times under a listing; list again when it holds.`;
const INCOMPLETE =
  'Redis Cluster: some slots are at no master that answers, so a listing would leave keys out. ' +
  'Check `redis-cli --cluster check`, and list again.';

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
 *
 * A server that may have become another one, restarted or taken over for, is scanned from its beginning: each process
 * has its keys in an order of its own (rule LS-3).
 *
 * In a cluster every master is scanned, and those again whose slots have moved meanwhile: a key may have gone from a
 * master that was yet to be scanned to one that had been (rule LS-3).
 */
export async function* scanKeys(
  connection: RedisConnection,
  request: ScanRequest,
): AsyncGenerator<string[], void, undefined> {
  const client = await connection.read((client) => Promise.resolve(client));
  if (!isCluster(client)) return yield* scanServer(connection, client, client, request);
  let view = await wholeView(connection);
  let masters = view.inMigrationOrder();
  for (let round = 0; masters.length > 0; round += 1) {
    if (round === MOST_ROUNDS) throw new StorageUnavailableError(RESTLESS, { outcome: 'not-applied' });
    for (const { master } of masters) yield* scanServer(connection, client, master, request);
    const later = await wholeView(connection);
    masters = later.changedSince(view);
    view = later;
  }
}

/** All masters of a cluster; the map that ioredis has may be old. */
async function wholeView(connection: RedisConnection): Promise<ClusterTopology> {
  for (let attempt = 0; attempt < MOST_ROUNDS; attempt += 1) {
    const view = await connection.read(async (client) =>
      isCluster(client) ? readTopology(client) : new ClusterTopology([]),
    );
    if (view.isWhole) return view;
    await connection.read((client) => refreshAndPause(client));
  }
  throw new StorageUnavailableError(INCOMPLETE, { outcome: 'not-applied' });
}

async function refreshAndPause(client: RedisClient): Promise<void> {
  if (!isCluster(client)) return;
  await refreshSlots(client);
  await pause(REFRESH_PAUSE_MS);
}

async function* scanServer(
  connection: RedisConnection,
  client: RedisClient,
  server: Redis,
  request: ScanRequest,
): AsyncGenerator<string[], void, undefined> {
  // ioredis puts `keyPrefix` before keys, but neither before MATCH nor off the keys that come back.
  const start = keyPrefixOf(client) + request.start;
  let bookmark: Bookmark = { cursor: BEGINNING, stream: server.stream };
  let rounds = 0;
  do {
    const page = await connection.read(() => scanPage(server, bookmark, escapeGlob(start) + request.rest, request));
    if (page.isAnew) rounds += 1;
    if (rounds === MOST_ROUNDS) throw new StorageUnavailableError(RECONNECTED, { outcome: 'not-applied' });
    bookmark = page.next;
    yield page.keys.flatMap((key) => restOf(key, start));
  } while (bookmark.cursor !== BEGINNING);
}

const BEGINNING = '0';

/** Where a scan has come to: it means something to the process at the other end of this connection only. */
interface Bookmark {
  readonly cursor: string;
  readonly stream: Redis['stream'];
}

interface Page {
  readonly next: Bookmark;
  readonly keys: readonly Buffer[];
  /** Whether it is a first page again, as the connection is another one. */
  readonly isAnew: boolean;
}
/** A page that begins anew where the connection is no longer the bookmark's. */
async function scanPage(server: Redis, bookmark: Bookmark, match: string, request: ScanRequest): Promise<Page> {
  const isAnew = bookmark.cursor !== BEGINNING && server.stream !== bookmark.stream;
  const cursor = isAnew ? BEGINNING : bookmark.cursor;
  const [next, keys] =
    request.type === undefined
      ? await server.scanBuffer(cursor, 'MATCH', match, 'COUNT', COUNT)
      : await server.scanBuffer(cursor, 'MATCH', match, 'COUNT', COUNT, 'TYPE', request.type);
  const { stream } = server;
  // An app's client may have sent it again, on another connection.
  if (cursor !== BEGINNING && stream !== bookmark.stream) return scanPage(server, bookmark, match, request);
  return { next: { cursor: next.toString(), stream }, keys, isAnew };
}

function restOf(key: Buffer, start: string): string[] {
  if (!isUtf8(key)) return [];
  const text = key.toString();
  return text.startsWith(start) ? [text.slice(start.length)] : [];
}
