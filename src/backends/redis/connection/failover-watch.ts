import { Redis, type RedisOptions } from 'ioredis';
import { disconnectClient } from './close-client.js';
import { GUARANTEES, isCluster, type RedisClient, type RedisSource, retryStrategy } from './redis-client.js';

type Sentinel = NonNullable<RedisOptions['sentinels']>[number];

/** What sentinels publish when they have made another server the master. */
const CHANNEL = '+switch-master';
const SENTINEL_PORT = 26_379;
/** A host that vanished without a word is noticed, where nothing is ever sent. */
const KEEP_ALIVE_MS = 30_000;

/** Where the sentinels say that the master is now. */
interface Announcement {
  readonly host: string;
  readonly port: number;
}

/** Listens to the sentinels of a source, unless there are none or it must not; `stop` must follow. */
export function watchFailovers(
  client: RedisClient,
  source: RedisSource,
  connectTimeout: number,
): FailoverWatch | undefined {
  if (source.kind !== 'connection' || isCluster(client)) return undefined;
  const { sentinels, failoverDetector = true } = source.connection;
  if (!sentinels || !failoverDetector) return undefined;
  return new FailoverWatch(client, { connectTimeout, ...source.connection, sentinels });
}

/**
 * Has a client look for the master anew as soon as a sentinel tells of another one. A master that was replaced while it
 * was well goes on acknowledging until the sentinels make it a replica, and all of that is lost.
 *
 * ioredis' own `failoverDetector` is none for this: see decision 24.
 */
export class FailoverWatch {
  readonly #client: Redis;
  readonly #group: string | undefined;
  readonly #listeners: readonly Redis[];
  #announced: Announcement | undefined;
  readonly #follow = (): void => this.#followAnnounced();

  constructor(client: Redis, options: RedisOptions & { readonly sentinels: readonly Sentinel[] }) {
    this.#client = client;
    this.#group = options.name;
    this.#listeners = options.sentinels.map((sentinel) => this.#listenTo(sentinel, options));
    client.on('ready', this.#follow);
  }

  /** Ends its connections, within the time given. */
  async stop(limitMs: number): Promise<void> {
    this.#client.off('ready', this.#follow);
    await Promise.all(this.#listeners.map((listener) => disconnectClient(listener, limitMs)));
  }

  /** The connection lasts as long as the storage, so that nothing is missed while the client connects anew. */
  #listenTo(sentinel: Sentinel, options: RedisOptions): Redis {
    const listener = new Redis({
      ...toSentinelOptions(options),
      host: sentinel.host ?? 'localhost',
      port: sentinel.port ?? SENTINEL_PORT,
      family: sentinel.family ?? options.family ?? 0,
    });
    listener.on('error', () => {}); // One that does not answer is no failure: the others tell as well.
    listener.on('ready', () => void listener.subscribe(CHANNEL).catch(() => {}));
    listener.on('message', (_channel, text) => this.#heed(text));
    return listener;
  }

  /** `<group> <old host> <old port> <new host> <new port>`; sentinels may watch over several groups. */
  #heed(text: string): void {
    const [group, , , host, port] = text.split(' ');
    if (group !== this.#group || host === undefined) return;
    this.#announced = { host, port: Number(port) };
    this.#followAnnounced();
  }

  /**
   * One that is just connecting goes on first, as ioredis gives up for ever what is ended then. Where it was led to the old
   * master, by a sentinel that did not know yet, that sentinel tells later.
   */
  #followAnnounced(): void {
    const announced = this.#announced;
    if (announced === undefined || this.#client.status !== 'ready') return;
    this.#announced = undefined;
    // Every sentinel tells, and addresses may be translated: one connection too many does no harm.
    const { remoteAddress, remotePort } = this.#client.stream;
    if (remoteAddress !== announced.host || remotePort !== announced.port) this.#client.disconnect(true);
  }
}

/** How a sentinel is spoken to, but for its address. */
function toSentinelOptions({
  sentinelUsername,
  sentinelPassword,
  sentinelTLS,
  connectTimeout,
}: RedisOptions): RedisOptions {
  return {
    ...GUARANTEES,
    autoResubscribe: false,
    disconnectTimeout: 200,
    enableReadyCheck: false,
    keepAlive: KEEP_ALIVE_MS,
    retryStrategy,
    ...(connectTimeout === undefined ? {} : { connectTimeout }),
    ...(sentinelUsername === undefined ? {} : { username: sentinelUsername }),
    ...(sentinelPassword === undefined ? {} : { password: sentinelPassword }),
    ...(sentinelTLS === undefined ? {} : { tls: sentinelTLS }),
  };
}
