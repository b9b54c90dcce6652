import type { Redis, RedisOptions } from 'ioredis';
import {
  disconnectClient,
  GUARANTEES,
  importIoredis,
  isCluster,
  type RedisClient,
  type RedisSource,
  retryStrategy,
} from './redis-client.js';

type Sentinel = NonNullable<RedisOptions['sentinels']>[number];

/** Sentinels publish here when another server becomes the master. */
const CHANNEL = '+switch-master';
const SENTINEL_PORT = 26_379;
/** Detects a host that vanished silently, over a connection on which nothing is sent. */
const KEEP_ALIVE_MS = 30_000;

/** The address of the new master. */
interface Announcement {
  readonly host: string;
  readonly port: number;
}

/** Listens to the sentinels of a source until `stop`. undefined: there are none, or `failoverDetector` is false. */
export async function watchFailovers(
  client: RedisClient,
  source: RedisSource,
  connectTimeout: number,
): Promise<FailoverWatch | undefined> {
  if (source.kind !== 'connection' || isCluster(client)) return undefined;
  const { sentinels, failoverDetector = true } = source.connection;
  if (!sentinels || !failoverDetector) return undefined;
  const { Redis } = await importIoredis();
  return new FailoverWatch(Redis, client, { connectTimeout, ...source.connection, sentinels });
}

/**
 * Reconnects a client to the new master as soon as a sentinel announces one. A healthy master that is replaced acknowledges
 * writes until the sentinels make it a replica, and all of these writes are lost.
 *
 * The `failoverDetector` of ioredis does not prevent this: see decision 24.
 */
export class FailoverWatch {
  readonly #Redis: typeof Redis;
  readonly #client: Redis;
  readonly #group: string | undefined;
  readonly #listeners: readonly Redis[];
  #announced: Announcement | undefined;
  readonly #follow = (): void => this.#followAnnounced();

  constructor(redis: typeof Redis, client: Redis, options: RedisOptions & { readonly sentinels: readonly Sentinel[] }) {
    this.#Redis = redis;
    this.#client = client;
    this.#group = options.name;
    this.#listeners = options.sentinels.map((sentinel) => this.#listenTo(sentinel, options));
    client.on('ready', this.#follow);
  }

  /** Ends the connections to the sentinels, within the limit. */
  async stop(limitMs: number): Promise<void> {
    this.#client.off('ready', this.#follow);
    await Promise.all(this.#listeners.map((listener) => disconnectClient(listener, limitMs)));
  }

  /** This connection stays open while the client reconnects, so that no announcement is missed. */
  #listenTo(sentinel: Sentinel, options: RedisOptions): Redis {
    const listener = new this.#Redis({
      ...toSentinelOptions(options),
      host: sentinel.host ?? 'localhost',
      port: sentinel.port ?? SENTINEL_PORT,
      family: sentinel.family ?? options.family ?? 0,
    });
    listener.on('error', () => {}); // A sentinel that is down is not a failure: the others publish the same.
    listener.on('ready', () => void listener.subscribe(CHANNEL).catch(() => {}));
    listener.on('message', (_channel, text) => this.#handleMessage(text));
    return listener;
  }

  /** `<group> <old host> <old port> <new host> <new port>`; a sentinel may monitor several groups. */
  #handleMessage(text: string): void {
    const [group, , , host, port] = text.split(' ');
    if (group !== this.#group || host === undefined) return;
    this.#announced = { host, port: Number(port) };
    this.#followAnnounced();
  }

  /**
   * A client that is still connecting must finish first: ioredis never reconnects a client that is disconnected in that
   * state. If an outdated sentinel led it to the old master, that sentinel publishes the new one later.
   */
  #followAnnounced(): void {
    const announced = this.#announced;
    if (announced === undefined || this.#client.status !== 'ready') return;
    this.#announced = undefined;
    // Every sentinel publishes, and addresses may be translated: one reconnect too many does no harm.
    const { remoteAddress, remotePort } = this.#client.stream;
    if (remoteAddress !== announced.host || remotePort !== announced.port) this.#client.disconnect(true);
  }
}

/** The options of a sentinel's client, without its address. */
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
