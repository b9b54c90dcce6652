import { isCluster, isReady, keyPrefixOf, type RedisClient } from './redis-client.js';
import { UnusableClientError } from './redis-errors.js';
import { isCommandRefused } from './reply-errors.js';

const SEPARATE = 'Give the storage a client that nothing else uses';

/**
 * What the connection of a client must be, at every call: it takes commands (neither a subscriber nor a monitor), and it is
 * in the database and has the `keyPrefix` of the start. A client that the storage creates is that by its options. The app's
 * client is checked, because the app may change it at any time. `assertSession` checks what only the server knows.
 */
export class ClientSession {
  readonly #client: RedisClient;
  readonly #keyPrefix: string;
  readonly #database: unknown;

  /** @param client - connected */
  constructor(client: RedisClient) {
    this.#client = client;
    this.#keyPrefix = keyPrefixOf(client);
    this.#database = databaseOf(client);
  }

  /** Why a command would not do what it should. undefined: it would. */
  problem(): UnusableClientError | undefined {
    const problem = problemOf(this.#client);
    if (problem !== undefined || !isReady(this.#client)) return problem;
    const database = databaseOf(this.#client);
    if (database !== this.#database) {
      return new UnusableClientError(
        `is in database ${String(database)} (SELECT), but it was in ${String(this.#database)} when the storage started. ${SEPARATE}`,
      );
    }
    return keyPrefixOf(this.#client) === this.#keyPrefix
      ? undefined
      : new UnusableClientError(`has another keyPrefix than when the storage started. ${SEPARATE}`);
  }
}

/** @throws UnusableClientError if ioredis would not send commands of this client */
export function assertTakesCommands(client: RedisClient): void {
  const problem = problemOf(client);
  if (problem !== undefined) throw problem;
}

function problemOf(client: RedisClient): UnusableClientError | undefined {
  if (String(client.status) === 'monitoring') return new UnusableClientError(`is a monitor (MONITOR). ${SEPARATE}`);
  if (!isReady(client) || !readCondition(client, 'subscriber')) return undefined;
  return new UnusableClientError(`listens to channels (SUBSCRIBE), so it takes no other commands. ${SEPARATE}`);
}

/** A different value in each process and call, so that a reply to another command is not mistaken for this one's. */
let checks = 0;

/**
 * Makes a round trip over the app's client and checks what only the server knows: that the replies belong to the commands
 * (they do not after CLIENT REPLY or MONITOR), that no transaction is open, and that the database is the one that ioredis
 * believes to be in. A server that rejects PING or CLIENT INFO passes.
 * @throws UnusableClientError
 */
export async function assertSession(client: RedisClient): Promise<void> {
  if (isCluster(client)) return;
  assertTakesCommands(client);
  checks += 1;
  const token = `fsm-${process.pid}-${checks}`;
  const information = client.call('client', 'info').catch(() => '');
  const reply = await client.ping(token).catch((error: unknown) => acceptRefusal(error, token));
  if (reply === 'QUEUED') {
    throw new UnusableClientError(`is inside a transaction (MULTI), so the server queues its commands. ${SEPARATE}`);
  }
  // Some proxies ignore the argument.
  if (reply !== token && reply !== 'PONG') {
    throw new UnusableClientError(
      `receives replies that do not belong to its commands, as after CLIENT REPLY or MONITOR. ${SEPARATE}`,
    );
  }
  const [, actual] = /\bdb=(\d+)/.exec(String(await information)) ?? [];
  const believed = databaseOf(client);
  if (actual !== undefined && typeof believed === 'number' && Number(actual) !== believed) {
    throw new UnusableClientError(
      `is in database ${actual}, but ioredis believes it to be in ${believed} and returns there after a reconnect. ` +
        'Check the number of the database, and use `client.select`',
    );
  }
}

/**
 * Makes a round trip. A server that rejects PING because the user may not run it has responded.
 * @throws the error of the client if there is no response
 */
export async function makeRoundTrip(client: RedisClient): Promise<void> {
  await client.ping().catch((error: unknown) => acceptRefusal(error, undefined));
}

function acceptRefusal<T>(error: unknown, accepted: T): T {
  if (isCommandRefused(error)) return accepted;
  throw error;
}

/** The database that ioredis selects again after a reconnect. */
function databaseOf(client: RedisClient): unknown {
  return readCondition(client, 'select');
}

/** Reads a part of the state that ioredis keeps for its connection. It has no public name for it. */
function readCondition(client: RedisClient, name: string): unknown {
  const condition: unknown = Reflect.get(client, 'condition');
  return typeof condition === 'object' && condition !== null ? Reflect.get(condition, name) : undefined;
}
