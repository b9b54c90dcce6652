import { within } from '../../../toolkit/time-limit.js';
import { CommandDeadlines } from '../../../toolkit/command-deadlines.js';
import type { CallTrace } from './cluster-client.js';
import { endClient } from './close-client.js';
import { findEviction, greet } from './server-check.js';
import { type FailoverWatch, watchFailovers } from './failover-watch.js';
import {
  addressOf,
  clientOf,
  commanding,
  isCluster,
  isReady,
  type RedisClient,
  type RedisSource,
} from './redis-client.js';
import {
  evictionWarning,
  type FailedCall,
  isSelectRefused,
  LateReplyError,
  NotConnectedError,
  toBackendError,
  toConnectionError,
  toStartError,
  wasNeverSent,
  WrongServerError,
} from './redis-errors.js';
import { ReadyQueue } from './ready-queue.js';
import { ReplicaConfirmation, type ResolvedDurability, WriteReply } from './replica-confirmation.js';
import { ScriptRunner } from './script-runner.js';

/** How long a command waits for a connection that is just being made again. */
const RECONNECT_WAIT_MS = 1000;
const NEVER_READY = 'no server of the cluster was ready to take the command in time';

type Listener = (argument: unknown) => void;

/** What there is while a connection is open. */
export interface Session {
  /** Takes commands. */
  readonly client: RedisClient;
  /** The client itself: its life and its events. */
  readonly owner: RedisClient;
  readonly address: string;
  readonly scripts: ScriptRunner;
  readonly listeners: ReadonlyMap<string, Listener>;
  /** There where sentinels are listened to. */
  readonly watch: FailoverWatch | undefined;
}

/** A command to send, and whom to tell what became of it. */
export interface Delivery {
  send(session: Session): Promise<unknown>;
  /** @param write - of what may have changed something, where replicas are to confirm it */
  succeed(reply: unknown, write?: WriteReply): void;
  fail(error: unknown): void;
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
  readonly #confirmation: ReplicaConfirmation | undefined;
  readonly #waiting = new ReadyQueue();
  readonly #inFlight: CommandDeadlines;
  #replies = 0;
  /** Of the call that is being sent. */
  #trace: CallTrace = { isSeen: false, written: 0, isGivenUp: false };

  constructor(source: RedisSource, commandTimeout: number, durability?: ResolvedDurability) {
    this.#source = source;
    this.#confirmation = durability && new ReplicaConfirmation(durability, commandTimeout);
    this.#commandTimeout = commandTimeout;
    this.#inFlight = new CommandDeadlines(commandTimeout);
  }

  /** Connects and makes one round trip. `close` must follow, also when it fails. */
  async open(report: (error: unknown) => void): Promise<void> {
    const source = this.#source;
    const owner = clientOf(source, this.#commandTimeout);
    const client = commanding(owner, () => this.#trace, this.#confirmation);
    const address = addressOf(owner, source);
    let lastError: unknown;
    this.#takeError = (error) => (lastError = error);
    const scripts = new ScriptRunner(client);
    const listeners = this.#listen(owner, scripts);
    const watch = watchFailovers(owner, source, this.#commandTimeout);
    this.#session = { client, owner, address, scripts, listeners, watch };
    try {
      await this.#connect(owner);
      await within(this.#commandTimeout, greet(client, owner), () => new LateReplyError('no answer to PING'));
    } catch (error) {
      throw toStartError(error instanceof WrongServerError ? error : (lastError ?? error), address);
    }
    this.#takeError = (error) => report(toConnectionError(error, address));
    // In the background: nobody waits for it.
    void findEviction(owner).then((policy) => policy && report(evictionWarning(address, policy)));
  }

  /** Ends our own client; the app's gets its listeners back as they were. */
  async close(): Promise<void> {
    if (this.#session === undefined) return;
    const { owner, listeners, scripts, watch } = this.#session;
    this.#session = undefined;
    scripts.voidAll(); // What has timed out may still wait in the app's client.
    if (this.#source.kind !== 'client') await endClient(owner, this.#commandTimeout);
    await watch?.stop(this.#commandTimeout);
    for (const [event, listener] of listeners) owner.off(event, listener);
    this.#waiting.wakeAll();
    this.#inFlight.clear();
  }

  /** Whether the keys of one command must share a slot. */
  get isCluster(): boolean {
    return this.#session !== undefined && isCluster(this.#session.owner);
  }

  /** Sends a command that changes nothing. */
  read<T>(command: (client: RedisClient) => Promise<T>): Promise<T> {
    return this.#ask('read', ({ client }) => command(client));
  }

  /** Sends commands that change something, none of which may be sent twice (see `ScriptRunner`). */
  write<T>(command: (session: Session) => Promise<T>): Promise<T> {
    return this.#ask('write', command);
  }

  /** Sends at once, or as soon as there is a connection again; one of `succeed` and `fail` is called, once. */
  deliver(delivery: Delivery): void {
    const session = this.#session;
    if (session === undefined) return delivery.fail(new NotConnectedError('the connection is closed'));
    const sendLater = (): void => this.#sendWhenReady(session, delivery);
    // Who waits already goes first.
    if (!isReady(session.client) || !this.#waiting.isEmpty) return sendLater();
    this.#send(session, delivery, (error) => {
      // The socket has just closed and ioredis has yet to notice. What was never sent may be sent later; a cluster has
      // tried by then.
      if (wasNeverSent(error) && !this.isCluster) sendLater();
      else delivery.fail(error);
    });
  }

  /** Translates what a delivery failed with. */
  explain(error: unknown, kind: FailedCall['kind']): Error {
    const address = this.#session?.address ?? 'an address that is not connected';
    return toBackendError(error, { address, kind, commandTimeout: this.#commandTimeout });
  }

  /** An error inside a batch ioredis does not see, and it may mean that the connection leads to the wrong server. */
  heed(error: Error): void {
    const client = this.#session?.owner;
    if (client === undefined || isCluster(client) || !isReady(client)) return;
    try {
      if (client.options.reconnectOnError?.(error)) client.disconnect(true);
    } catch (problem) {
      this.#takeError(problem); // The app's own function threw.
    }
  }

  #ask<T>(kind: FailedCall['kind'], send: (session: Session) => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.deliver({
        send,
        succeed: (reply) => resolve(reply as T),
        fail: (error) => reject(this.explain(error, kind)),
      });
    });
  }

  #send(session: Session, delivery: Delivery, fail: (error: unknown) => void): void {
    const repliesBefore = this.#replies;
    const trace: CallTrace = { isSeen: false, written: 0, isGivenUp: false };
    this.#trace = trace;
    const flight = this.#inFlight.add(() => {
      trace.isGivenUp = true;
      if (this.#replies === repliesBefore) this.#dropSilentConnection();
      fail(trace.isSeen && trace.written === 0 ? new NotConnectedError(NEVER_READY) : new LateReplyError('no answer'));
    });
    const refuse = (error: unknown): void => {
      if (this.#inFlight.settle(flight)) fail(error);
    };
    try {
      const take = (reply: unknown): void => {
        this.#replies += 1;
        if (this.#inFlight.settle(flight)) succeed(delivery, reply);
      };
      // What `succeed` throws is told to whom it has not served yet.
      delivery.send(session).then(take, refuse).catch(fail);
    } catch (error) {
      refuse(error); // A client that throws instead of rejecting must not end the process.
    }
  }

  #sendWhenReady(session: Session, delivery: Delivery): void {
    const fail = (error: unknown): void => delivery.fail(error);
    const limitMs = Math.min(RECONNECT_WAIT_MS, this.#commandTimeout);
    this.#waiting.wait(session.client, limitMs, () => this.#send(session, delivery, fail), fail);
  }

  /** Nothing at all came for a whole `commandTimeout`: the network may have lost the connection without a word. */
  #dropSilentConnection(): void {
    const owner = this.#session?.owner;
    if (this.#source.kind !== 'client' && owner?.status === 'ready') owner.disconnect(true);
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
    await new Promise<void>((resolve, reject) => this.#waiting.wait(client, this.#commandTimeout, resolve, reject));
  }

  #listen(client: RedisClient, scripts: ScriptRunner): ReadonlyMap<string, Listener> {
    const voidScripts = (): void => scripts.voidAll();
    const wake = (): void => this.#waiting.wakeAll();
    const listeners = new Map<string, Listener>([
      ['error', (error) => this.#heedError(client, error)],
      ['ready', wake],
      ['end', wake],
      ['close', voidScripts],
      ['-node', voidScripts], // One server of a cluster went.
    ]);
    for (const [event, listener] of listeners) client.on(event, listener);
    return listeners;
  }

  /** Where ioredis cannot select the database, it says so and goes on in database 0: what we own may not. */
  #heedError(client: RedisClient, error: unknown): void {
    if (this.#source.kind !== 'client' && isSelectRefused(error)) client.disconnect(true);
    this.#takeError(error);
  }
}

function succeed(delivery: Delivery, reply: unknown): void {
  if (reply instanceof WriteReply) delivery.succeed(reply.answer, reply);
  else delivery.succeed(reply);
}
