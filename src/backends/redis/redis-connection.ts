import { addressOf, createClient, type RedisClient, type RedisSource } from './redis-client.js';
import {
  LateReplyError,
  NotConnectedError,
  toBackendError,
  toConnectionError,
  toStartError,
  wasNeverSent,
} from './redis-errors.js';
import { ScriptRunner } from './script-runner.js';
import type { RedisScript } from './scripts/redis-script.js';
import { within } from './within.js';

/** How long a command waits for a connection that is just being made again. */
const RECONNECT_WAIT_MS = 1000;

type Listener = (argument: unknown) => void;

/** What there is while a connection is open. */
interface Session {
  readonly client: RedisClient;
  readonly address: string;
  readonly scripts: ScriptRunner;
  readonly listeners: ReadonlyMap<string, Listener>;
}

/**
 * One client, its own or the app's, and what every command has in common: it waits a moment for a connection that is
 * being made again, is given up after `commandTimeout`, and fails with an error of this package.
 */
export class RedisConnection {
  readonly #source: RedisSource;
  readonly #commandTimeout: number;
  #session: Session | undefined;
  /** Takes the client's `error` events: kept until `open` has succeeded, reported from then on. */
  #takeError: (error: unknown) => void = () => {};
  readonly #waiting = new Set<() => void>();
  #lastReplyAt = 0;

  constructor(source: RedisSource, commandTimeout: number) {
    this.#source = source;
    this.#commandTimeout = commandTimeout;
  }

  /** Connects and makes one round trip. `close` must follow, also when it fails. */
  async open(report: (error: unknown) => void): Promise<void> {
    const source = this.#source;
    const client = source.kind === 'client' ? source.client : createClient(source, this.#commandTimeout);
    const address = addressOf(client);
    let lastError: unknown;
    this.#takeError = (error) => (lastError = error);
    const scripts = new ScriptRunner();
    this.#session = { client, address, scripts, listeners: this.#listen(client, scripts) };
    try {
      await this.#connect(client);
      await within(this.#commandTimeout, client.ping(), () => new LateReplyError('no answer to PING'));
    } catch (error) {
      throw toStartError(lastError ?? error, address);
    }
    this.#takeError = (error) => report(toConnectionError(error, address));
  }

  /** Ends our own client; the app's gets its listeners back as they were. */
  async close(): Promise<void> {
    if (this.#session === undefined) return;
    const { client, listeners, scripts } = this.#session;
    this.#session = undefined;
    scripts.voidAll(); // What has timed out may still wait in the app's client.
    if (this.#source.kind !== 'client') await this.#end(client);
    for (const [event, listener] of listeners) client.off(event, listener);
    this.#wake();
  }

  /** Sends a command that changes nothing. */
  read<T>(command: (client: RedisClient) => Promise<T>): Promise<T> {
    return this.#send('read', ({ client }) => command(client));
  }

  /** Sends a command that makes no difference when it is applied twice. */
  write<T>(command: (client: RedisClient) => Promise<T>): Promise<T> {
    return this.#send('write', ({ client }) => command(client));
  }

  /** Runs a script on one key, at most once. */
  run(script: RedisScript, key: string, ...argv: readonly string[]): Promise<unknown> {
    return this.#send('write', ({ client, scripts }) => scripts.run(client, script, key, argv));
  }

  async #send<T>(kind: 'read' | 'write', command: (session: Session) => Promise<T>): Promise<T> {
    const session = this.#session;
    const sentAt = performance.now();
    try {
      if (session === undefined) throw new NotConnectedError('the connection is closed');
      const reply = await this.#deliver(session, command);
      this.#lastReplyAt = performance.now();
      return reply;
    } catch (error) {
      if (error instanceof LateReplyError && this.#lastReplyAt < sentAt) this.#dropSilentConnection();
      const address = session?.address ?? 'an address that is not connected';
      throw toBackendError(error, { address, kind, commandTimeout: this.#commandTimeout });
    }
  }

  async #deliver<T>(session: Session, command: (session: Session) => Promise<T>): Promise<T> {
    const send = (): Promise<T> =>
      within(this.#commandTimeout, command(session), () => new LateReplyError('no answer'));
    if (session.client.status === 'ready') {
      try {
        return await send();
      } catch (error) {
        // The socket has just closed and ioredis has yet to notice. What was never sent may be sent later.
        if (!wasNeverSent(error)) throw error;
      }
    }
    await this.#untilReady(session.client, RECONNECT_WAIT_MS);
    return send();
  }

  /** Nothing at all came for a whole `commandTimeout`: the network may have lost the connection without a word. */
  #dropSilentConnection(): void {
    const client = this.#session?.client;
    if (this.#source.kind !== 'client' && client?.status === 'ready') client.disconnect(true);
  }

  async #connect(client: RedisClient): Promise<void> {
    if (client.status === 'ready') return;
    const connecting = client.status === 'wait' ? client.connect() : undefined;
    // ioredis goes on trying for ever; for a start the first attempt of our own client decides.
    if (connecting !== undefined && this.#source.kind !== 'client') {
      await within(this.#commandTimeout, connecting, () => new LateReplyError('no answer while connecting'));
      return;
    }
    connecting?.catch(() => {}); // It is told by the `error` event.
    await this.#untilReady(client, this.#commandTimeout);
  }

  async #untilReady(client: RedisClient, withinMs: number): Promise<void> {
    if (client.status === 'end') throw new NotConnectedError('the client has been closed');
    let wake = (): void => {};
    const woken = new Promise<void>((resolve) => (wake = resolve));
    this.#waiting.add(wake);
    const limitMs = Math.min(withinMs, this.#commandTimeout);
    try {
      await within(limitMs, woken, () => new NotConnectedError(`no connection within ${limitMs} ms`));
    } finally {
      this.#waiting.delete(wake);
    }
    if (!isReady(client)) throw new NotConnectedError('the client has been closed');
  }

  #listen(client: RedisClient, scripts: ScriptRunner): ReadonlyMap<string, Listener> {
    const voidScripts = (): void => scripts.voidAll();
    const wake = (): void => this.#wake();
    const listeners = new Map<string, Listener>([
      ['error', (error) => this.#takeError(error)],
      ['ready', wake],
      ['end', wake],
      ['close', voidScripts],
      ['-node', voidScripts], // One server of a cluster went.
    ]);
    for (const [event, listener] of listeners) client.on(event, listener);
    return listeners;
  }

  #wake(): void {
    for (const wake of this.#waiting) wake();
  }

  async #end(client: RedisClient): Promise<void> {
    const holdsSocket = ['connecting', 'connect', 'ready'].includes(client.status);
    const ended = new Promise<void>((resolve) => client.once('end', () => resolve()));
    const give = (): Error => new LateReplyError('no answer to QUIT');
    if (client.status === 'ready') await within(this.#commandTimeout, client.quit(), give).catch(() => {});
    if (client.status !== 'end') client.disconnect();
    if (holdsSocket && !isEnded(client)) await within(this.#commandTimeout, ended, give).catch(() => {});
  }
}

function isReady(client: RedisClient): boolean {
  return client.status === 'ready';
}

function isEnded(client: RedisClient): boolean {
  return client.status === 'end';
}
