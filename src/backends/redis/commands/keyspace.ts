import { isUtf8 } from 'node:buffer';
import { setTimeout as pause } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { StorageUnavailableError } from '../../../errors/backend-errors.js';
import { refreshSlots } from '../connection/cluster-client.js';
import { ClusterTopology, readTopology } from '../connection/cluster-topology.js';
import { isCluster, keyPrefixOf, type RedisClient } from '../connection/redis-client.js';
import type { RedisConnection } from '../connection/redis-connection.js';
import type { Session } from '../connection/session.js';
import { PartlyRemovedError } from '../connection/redis-errors.js';
import { toList, unexpectedReply } from '../connection/replies.js';
import { isReplyError } from '../connection/reply-errors.js';
import { confirmedCount } from '../connection/replica-confirmation.js';
import { escapeGlob } from '../redis-key.js';
import { UNLINK } from '../scripts/unlink.lua.js';

/** How many keys the server examines per page: about a millisecond, in which other clients wait. */
const PAGE_SIZE = 1000;
/** How often slots may move, or a connection may break, before a listing fails. */
const MAX_ROUNDS = 10;
/** A cluster that is choosing a master needs some time. */
const REFRESH_PAUSE_MS = 100;
const SLOTS_MOVED = `Redis Cluster: slots moved during ${MAX_ROUNDS} rounds of a listing. List again when they no longer move.`;
const RECONNECTED = `Redis: the connection broke ${MAX_ROUNDS} times during a listing. List again when it is stable.`;
const INCOMPLETE =
  'Redis Cluster: no reachable master serves some of the slots, so a listing would omit keys. ' +
  'Check `redis-cli --cluster check`, and list again.';
const FIRST_CURSOR = '0';

/** Which keys a scan finds. */
export interface ScanRequest {
  /** The start of the keys, without the client's `keyPrefix`. */
  readonly start: string;
  /** A glob for the rest of the keys. */
  readonly rest: string;
  /** undefined: keys of any type. */
  readonly type?: 'string';
}

/** A position in a scan. The cursor is valid only for the server process at the other end of this connection. */
interface ScanPosition {
  readonly cursor: string;
  readonly stream: Redis['stream'];
}

interface ScanPage {
  readonly next: ScanPosition;
  readonly keys: readonly Buffer[];
  /** Whether the scan restarted because the connection changed. */
  readonly hasRestarted: boolean;
}

/**
 * Yields the matching keys page by page, without `start`. Each page is one SCAN: a key may appear twice, and a page may be
 * empty. Keys that are not UTF-8 are omitted.
 *
 * After a reconnect the server may be another process (restarted or failed over), and each process orders its keys
 * differently. The scan then restarts from the first key (rule LS-3).
 *
 * In a cluster every master is scanned, and masters whose slots moved during the scan are scanned again: a key may have
 * moved from a master that was not yet scanned to one that was (rule LS-3).
 */
export async function* scanKeys(
  connection: RedisConnection,
  request: ScanRequest,
): AsyncGenerator<string[], void, undefined> {
  const client = await connection.read((client) => Promise.resolve(client));
  if (!isCluster(client)) return yield* scanServer(connection, client, client, request);
  let topology = await readWholeTopology(connection);
  let masters = topology.inMigrationOrder();
  for (let round = 0; masters.length > 0; round += 1) {
    if (round === MAX_ROUNDS) throw new StorageUnavailableError(SLOTS_MOVED, { outcome: 'not-applied' });
    for (const { master } of masters) yield* scanServer(connection, client, master, request);
    const later = await readWholeTopology(connection);
    masters = later.changedSince(topology);
    topology = later;
  }
}

/**
 * Removes keys and returns how many existed. When the promise settles, no removal is still on its way.
 * @throws PartlyRemovedError if some keys were removed and others could not be
 */
export async function unlinkKeys(
  connection: Pick<RedisConnection, 'isSplit' | 'write'>,
  keys: readonly string[],
): Promise<number> {
  if (connection.isSplit) return connection.write((session) => unlinkEach(session, keys));
  return connection.write((session) =>
    unlinkAtOnce(session, keys).catch((error: unknown) => {
      if (!isReplyError(error, 'CROSSSLOT')) throw error;
      connection.isSplit = true;
      return unlinkEach(session, keys);
    }),
  );
}

async function unlinkAtOnce({ scripts }: Session, keys: readonly string[]): Promise<number> {
  return confirmedCount(await scripts.run(UNLINK, [`${keys.length}`, ...keys]));
}

/** Each key is one command, because the keys of one command must share a slot. None is sent twice. */
async function unlinkEach(session: Session, keys: readonly string[]): Promise<number> {
  const unlink = async (key: string): Promise<number> =>
    isCluster(session.client) ? confirmedCount(await session.client.unlink(key)) : unlinkAtOnce(session, [key]);
  const removals = await Promise.allSettled(keys.map(unlink));
  const removed = removals.reduce((sum, removal) => sum + (removal.status === 'fulfilled' ? removal.value : 0), 0);
  const failed = removals.find((removal) => removal.status === 'rejected');
  if (failed === undefined) return removed;
  throw removed === 0 ? failed.reason : new PartlyRemovedError(`removed ${removed} of them`, { cause: failed.reason });
}

/** Reads the topology until every key is at one of its masters; the slot map of ioredis may be outdated. */
async function readWholeTopology(connection: RedisConnection): Promise<ClusterTopology> {
  for (let attempt = 0; attempt < MAX_ROUNDS; attempt += 1) {
    const topology = await connection.read(async (client) =>
      isCluster(client) ? readTopology(client) : new ClusterTopology([]),
    );
    if (topology.isWhole) return topology;
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
  // ioredis adds `keyPrefix` to the keys of commands, but not to MATCH, and does not remove it from the keys of a reply.
  const start = keyPrefixOf(client) + request.start;
  let position: ScanPosition = { cursor: FIRST_CURSOR, stream: server.stream };
  let restarts = 0;
  do {
    const page = await connection.read(() => scanPage(server, position, escapeGlob(start) + request.rest, request));
    if (page.hasRestarted) restarts += 1;
    if (restarts === MAX_ROUNDS) throw new StorageUnavailableError(RECONNECTED, { outcome: 'not-applied' });
    position = page.next;
    yield page.keys.flatMap((key) => restOf(key, start));
  } while (position.cursor !== FIRST_CURSOR);
}

/** Reads the page at a position, or the first page if the connection is no longer that of the position. */
async function scanPage(server: Redis, position: ScanPosition, match: string, request: ScanRequest): Promise<ScanPage> {
  const hasRestarted = position.cursor !== FIRST_CURSOR && server.stream !== position.stream;
  const cursor = hasRestarted ? FIRST_CURSOR : position.cursor;
  const [next, keys] = toPage(
    request.type === undefined
      ? await server.scanBuffer(cursor, 'MATCH', match, 'COUNT', PAGE_SIZE)
      : await server.scanBuffer(cursor, 'MATCH', match, 'COUNT', PAGE_SIZE, 'TYPE', request.type),
  );
  const { stream } = server;
  // An app's client may have sent the command again over another connection, where the cursor is not valid.
  if (cursor !== FIRST_CURSOR && stream !== position.stream) return scanPage(server, position, match, request);
  return { next: { cursor: next, stream }, keys, hasRestarted };
}

/** @throws UnexpectedReplyError if the reply is not a cursor and a list of keys */
function toPage(reply: unknown): readonly [cursor: string, keys: readonly Buffer[]] {
  const [cursor, keys] = toList(reply, 2);
  const page = toList(keys);
  if (!page.every((key) => Buffer.isBuffer(key))) throw unexpectedReply('a list of keys', page);
  return [String(cursor), page];
}

function restOf(key: Buffer, start: string): string[] {
  if (!isUtf8(key)) return [];
  const text = key.toString();
  return text.startsWith(start) ? [text.slice(start.length)] : [];
}
