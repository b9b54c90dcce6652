import type { Effect } from '../../../errors/backend-errors.js';
import { CommandDeadlines } from '../../../toolkit/command-deadlines.js';
import type { CallTrace } from './cluster-client.js';
import { listenToClient } from './client-events.js';
import { ClientSession } from './client-session.js';
import { connectClient, correctClient, reconnectOn } from './connect-client.js';
import { assertUsableServer, findEviction } from './server-check.js';
import { watchFailovers } from './failover-watch.js';
import {
  addressOf,
  createCommandClient,
  endClient,
  isCluster,
  isReady,
  keyPrefixOf,
  openClient,
  type RedisClient,
  type RedisSource,
  usesTls,
} from './redis-client.js';
import {
  LateReplyError,
  NotConnectedError,
  QueuedCommandError,
  toBackendError,
  UnusableClientError,
  wasNeverSent,
  WrongServerError,
} from './redis-errors.js';
import { isQueued } from './replies.js';
import { evictionWarning, toConnectionError, toStartError } from './start-errors.js';
import { ReadyQueue } from './ready-queue.js';
import { ReplicaConfirmation, type ResolvedDurability, WriteReply } from './replica-confirmation.js';
import { ScriptRunner } from './script-runner.js';
import type { Delivery, Session } from './session.js';
import { UnsentCalls } from './unsent-calls.js';

/** How long a command waits for a reconnect. */
const RECONNECT_WAIT_MS = 1000;
const NEVER_READY = 'no server of the cluster was ready to take the command in time';

/**
 * One client, created here or by the app, and what all commands have in common: a command waits briefly for a reconnect,
 * times out after `commandTimeout`, and fails with an error of this package.
 */
export class RedisConnection {
  /**
   * Whether the keys of one command must share a slot, so that each key needs a command. Set when the server rejects a
   * command with CROSSSLOT: some providers have a cluster behind one address.
   */
  isSplit = false;
  readonly #source: RedisSource;
  readonly #commandTimeout: number;
  readonly #reconnectWaitMs: number;
  #session: Session | undefined;
  /** Handles the client's `error` events. `open` keeps the last one; after `open` has succeeded, they are reported. */
  #reportError: (error: unknown) => void = () => {};
  readonly #confirmation: ReplicaConfirmation | undefined;
  readonly #waiting = new ReadyQueue();
  readonly #deadlines: CommandDeadlines;
  readonly #unsent = new UnsentCalls(this.#waiting);
  #replies = 0;
  /** The trace of the call that is being sent. */
  #trace: CallTrace = { isSeen: false, written: 0, isTimedOut: false };

  constructor(source: RedisSource, commandTimeout: number, durability?: ResolvedDurability) {
    this.#source = source;
    this.#confirmation = durability && new ReplicaConfirmation(durability, commandTimeout);
    this.#commandTimeout = commandTimeout;
    this.#reconnectWaitMs = Math.min(RECONNECT_WAIT_MS, commandTimeout);
    this.#deadlines = new CommandDeadlines(commandTimeout);
  }

  /** Connects and makes one round trip. Call `close` afterwards, even if this fails. */
  async open(report: (error: unknown) => void): Promise<void> {
    const source = this.#source;
    const owner = await openClient(source, this.#commandTimeout);
    const client = createCommandClient(owner, () => this.#trace, this.#confirmation);
    const address = addressOf(owner, source);
    let lastError: unknown;
    this.#reportError = (error) => {
      // A command that was not sent only follows from the failure before.
      if (lastError === undefined || !wasNeverSent(error)) lastError = error;
    };
    const scripts = new ScriptRunner(client);
    const stopListening = this.#listen(owner, scripts);
    const watch = await watchFailovers(owner, source, this.#commandTimeout);
    const session: Session = { client, owner, address, scripts, stopListening, watch };
    this.#session = session;
    try {
      const limitMs = this.#commandTimeout;
      await connectClient(owner, { isShared: this.isShared, limitMs, waiting: this.#waiting });
      const isConfirmed = this.#confirmation !== undefined;
      this.isSplit = await assertUsableServer({ client, owner, isShared: this.isShared, isConfirmed }, limitMs);
      if (this.isShared) session.guard = new ClientSession(owner);
    } catch (error) {
      const isCertain = error instanceof WrongServerError || error instanceof UnusableClientError;
      throw toStartError(isCertain ? error : (lastError ?? error), address, usesTls(owner));
    }
    this.#reportError = (error) => report(toConnectionError(error, address));
    // In the background: no caller waits for it.
    void findEviction(owner).then((policy) => policy && report(evictionWarning(address, policy)));
  }

  /** Ends a client that was created here. Removes the listeners from a client of the app. */
  async close(): Promise<void> {
    if (this.#session === undefined) return;
    const { owner, stopListening, scripts, watch } = this.#session;
    this.#session = undefined;
    scripts.voidAll(); // Commands that timed out may still be queued in the app's client.
    if (this.#source.kind !== 'client') await endClient(owner, this.#commandTimeout);
    await watch?.stop(this.#commandTimeout);
    stopListening();
    this.#waiting.wakeAll();
    this.#deadlines.clear();
  }

  get isCluster(): boolean {
    return this.#session !== undefined && isCluster(this.#session.owner);
  }

  /** Whether the client belongs to the app. */
  get isShared(): boolean {
    return this.#source.kind === 'client';
  }

  /** Sends a command that changes nothing. */
  read<T>(command: (client: RedisClient) => Promise<T>): Promise<T> {
    return this.#ask('read', ({ client }) => command(client));
  }

  /** Sends commands that change something, none of which may be sent twice (see `ScriptRunner`). */
  write<T>(command: (session: Session) => Promise<T>): Promise<T> {
    return this.#ask('write', command);
  }

  /** Sends now, or as soon as there is a connection. Calls either `succeed` or `fail`, once. */
  deliver(delivery: Delivery): void {
    const session = this.#session;
    if (session === undefined) return delivery.fail(new NotConnectedError('the connection is closed'));
    const problem = session.guard?.problem();
    if (problem !== undefined) return delivery.fail(problem);
    const sendLater = (): void => this.#sendWhenReady(session, delivery);
    // Commands that already wait are sent first.
    if (!isReady(session.client) || !this.#waiting.isEmpty) return sendLater();
    this.#send(session, delivery, (error) => {
      // The socket has just closed and ioredis has not noticed yet. A command that was never sent may be sent later; a
      // cluster has already tried that.
      if (wasNeverSent(error) && !this.isCluster) sendLater();
      else delivery.fail(error);
    });
  }

  /** Translates the error of a delivery. */
  explain(error: unknown, effect: Effect): Error {
    const address = this.#session?.address ?? 'an address that is not connected';
    const keyPrefix = this.#session === undefined ? '' : keyPrefixOf(this.#session.owner);
    return toBackendError(error, { address, effect, commandTimeout: this.#commandTimeout, keyPrefix });
  }

  /** Reconnects after an error in a row of a batch if `reconnectOnError` asks for it: ioredis does not see such errors. */
  handleRowError(error: Error): void {
    try {
      if (this.#session !== undefined) reconnectOn(this.#session.owner, error);
    } catch (problem) {
      this.#reportError(problem); // The app's own function threw.
    }
  }

  #ask<T>(effect: Effect, send: (session: Session) => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.deliver({
        send,
        succeed: (reply) => resolve(reply as T),
        fail: (error) => reject(this.explain(error, effect)),
      });
    });
  }

  #send(session: Session, delivery: Delivery, fail: (error: unknown) => void): void {
    const repliesBefore = this.#replies;
    const unsent = this.isCluster ? this.#unsent : undefined;
    const trace: CallTrace = { isSeen: false, written: 0, isTimedOut: false };
    this.#trace = trace;
    const deadline = this.#deadlines.add(() => {
      trace.isTimedOut = true;
      if (this.#replies === repliesBefore) this.#dropSilentConnection();
      fail(trace.isSeen && trace.written === 0 ? new NotConnectedError(NEVER_READY) : new LateReplyError('no reply'));
    });
    const reject = (error: unknown): void => {
      unsent?.delete(trace);
      if (this.#deadlines.settle(deadline)) fail(error);
    };
    unsent?.add(trace, reject);
    try {
      const take = (reply: unknown): void => {
        this.#replies += 1;
        unsent?.delete(trace);
        if (!this.#deadlines.settle(deadline)) return;
        const value: unknown = reply instanceof WriteReply ? reply.reply : reply;
        if (this.isShared && isQueued(value)) fail(new QueuedCommandError('the reply is QUEUED'));
        else if (reply instanceof WriteReply) delivery.succeed(value, reply);
        else delivery.succeed(value);
      };
      // If `succeed` throws, fail the callers that have not been resolved yet.
      delivery.send(session).then(take, reject).catch(fail);
    } catch (error) {
      reject(error); // A client that throws instead of rejecting must not end the process.
    }
  }

  #sendWhenReady(session: Session, delivery: Delivery): void {
    const fail = (error: unknown): void => delivery.fail(error);
    const send = (): void => {
      const problem = session.guard?.problem();
      if (problem === undefined) this.#send(session, delivery, fail);
      else fail(problem);
    };
    this.#waiting.wait(session.client, this.#reconnectWaitMs, send, fail);
  }

  /** There was no reply at all for a whole `commandTimeout`: the network may have lost the connection silently. */
  #dropSilentConnection(): void {
    const owner = this.#session?.owner;
    if (this.#source.kind !== 'client' && owner?.status === 'ready') owner.disconnect(true);
  }

  #listen(client: RedisClient, scripts: ScriptRunner): () => void {
    const voidScripts = (): void => scripts.voidAll();
    const wake = (): void => this.#waiting.wakeAll();
    return listenToClient(client, {
      error: (error) => this.#handleClientError(client, error),
      ready: wake,
      end: wake,
      close: () => {
        scripts.voidAll();
        this.#unsent.limit(client, this.#reconnectWaitMs);
      },
      '-node': voidScripts,
    });
  }

  #handleClientError(client: RedisClient, error: unknown): void {
    if (!this.isShared) correctClient(client, error);
    this.#reportError(error);
  }
}
