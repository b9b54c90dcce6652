import type { Cluster, ClusterOptions, Command, Redis } from 'ioredis';
import type { RedisClusterAddress } from '../redis-option-types.js';
import type { ReplicaConfirmation } from './replica-confirmation.js';
import { LostReplyError, NotConnectedError } from './redis-errors.js';
import { isReplyError } from './reply-errors.js';

/** The progress of a call. Its commands are those that are sent while the call is the current one. */
export interface CallTrace {
  /** Whether any of its commands went through this client; commands sent to a node directly do not. */
  isSeen: boolean;
  /** How many of its commands were written to a socket and not rejected since: these may have been applied. */
  written: number;
  /** Whether the call has timed out. Its commands are not written after that. */
  isTimedOut: boolean;
}

/** How often the slot map is read again: a replica may have become a master. */
const SLOTS_REFRESH_MS = 5000;
/** While a replica becomes the master, commands that were not sent wait up to this many times this delay. */
const RETRIES = 16;
const RETRY_DELAY_MS = 60;

/**
 * Options that the app cannot change. No option keeps ioredis from sending a command again after its connection broke;
 * `createSendOnceCluster` does.
 */
const GUARANTEES = { lazyConnect: true, scaleReads: 'master' } as const satisfies ClusterOptions;

const DEFAULTS = {
  slotsRefreshInterval: SLOTS_REFRESH_MS,
  maxRedirections: RETRIES,
  retryDelayOnFailover: RETRY_DELAY_MS,
  retryDelayOnClusterDown: RETRY_DELAY_MS,
  retryDelayOnTryAgain: RETRY_DELAY_MS,
} as const satisfies ClusterOptions;

/** Creates a client of a cluster; it does not connect yet. */
export function createCluster(
  ioredis: Pick<typeof import('ioredis'), 'Cluster'>,
  { nodes, options = {} }: RedisClusterAddress<ClusterOptions>,
  connectTimeout: number,
): Cluster {
  const redisOptions = { connectTimeout, disconnectTimeout: 200, ...options.redisOptions };
  return new ioredis.Cluster([...nodes], { ...DEFAULTS, ...options, redisOptions, ...GUARANTEES });
}

/**
 * Creates a client of the same cluster that sends no command twice (rule ER-4). A command that a server rejected because it
 * is the wrong server or not ready is sent where ioredis sends it next, and so is one that never left this process. A
 * command whose reply was lost fails; ioredis would send it again. `traceNow` returns the trace of the current call.
 *
 * ioredis has no hook for this, so the result is an object whose prototype is the cluster and which replaces `sendCommand`.
 * It also replaces two members of each command, `toWritable` and `reject` (see `Sending`). Events and the life of the
 * connection stay with the cluster itself, because an event emitter does not work through a prototype (decision 23).
 */
export function createSendOnceCluster(
  cluster: Cluster,
  traceNow: () => CallTrace,
  confirmation?: ReplicaConfirmation,
): Cluster {
  const send = (trace: CallTrace, ...[command, stream, node]: Parameters<Cluster['sendCommand']>): unknown => {
    const sending = new Sending(cluster, command, trace);
    const reply = cluster.sendCommand(command, stream, node);
    sending.watchRejections();
    return confirmation === undefined ? reply : confirmation.follow(command, reply, () => sending.server);
  };
  // Without a master ioredis would ask a replica for the masters, and the replica would reply to a read with old data.
  const sendCommand: Cluster['sendCommand'] = (...sent) => {
    const trace = traceNow();
    trace.isSeen = true;
    return hasMaster(cluster) ? send(trace, ...sent) : refreshSlots(cluster).then(() => send(trace, ...sent));
  };
  // Auto-pipelining would pass commands to ioredis without calling this `sendCommand`.
  const options = Object.create(cluster.options, { enableAutoPipelining: { value: false } }) as unknown;
  const refreshSlotsCache: Cluster['refreshSlotsCache'] = (callback) => cluster.refreshSlotsCache(callback);
  return Object.create(cluster, {
    options: { value: options },
    sendCommand: { value: sendCommand },
    refreshSlotsCache: { value: refreshSlotsCache },
  }) as Cluster;
}

function hasMaster(cluster: Cluster): boolean {
  return cluster.nodes('master').length > 0;
}

/** Reads the slot map from any node. Never rejects: if no node replies, the next command fails. */
export function refreshSlots(cluster: Cluster): Promise<void> {
  return new Promise((resolve) => cluster.refreshSlotsCache(() => resolve()));
}

/** Written instead of a command that must not be sent. */
const HARMLESS = '*1\r\n$4\r\nPING\r\n';

/** One command that is being sent. ioredis calls `toWritable` each time it writes it, and `reject` each time that fails. */
class Sending {
  readonly #cluster: Cluster;
  readonly #command: Command;
  readonly #trace: CallTrace;
  readonly #settle: (error: Error) => void;
  #isUnanswered = false;
  #hasFailed = false;
  #socket: object | undefined;
  #rejection: Error = new NotConnectedError('no server of the cluster is connected');

  constructor(cluster: Cluster, command: Command, trace: CallTrace) {
    this.#cluster = cluster;
    this.#command = command;
    this.#trace = trace;
    const fail = command.reject;
    this.#settle = (error) => {
      this.#hasFailed = true;
      fail.call(command, error);
    };
    // ioredis calls this `reject` when it no longer retries.
    command.reject = (error) => this.#settle(isReplyError(error) ? error : this.#rejection);
    const write = command.toWritable.bind(command);
    command.toWritable = (socket) => {
      this.#socket = socket;
      return this.#write(() => write(socket));
    };
  }

  /** The node that it was last written to, if that connection still exists. */
  get server(): Redis | undefined {
    return this.#cluster.nodes().find(({ stream }) => stream === this.#socket);
  }

  /** `cluster.sendCommand` has replaced `reject` with one that sends the command to another server; wraps that one. */
  watchRejections(): void {
    const tryElsewhere = this.#command.reject;
    this.#command.reject = (error) => {
      if (isReplyError(error)) this.#noteRejection(error);
      else if (this.#isUnanswered) return this.#settle(new LostReplyError('the connection broke', { cause: error }));
      this.#isUnanswered = false;
      tryElsewhere.call(this.#command, error);
    };
  }

  #noteRejection(error: Error): void {
    this.#rejection = error;
    // The EVAL after a NOSCRIPT belongs to the same call, but is sent while another call is the current one.
    if (!isReplyError(error, 'NOSCRIPT')) this.#trace.written -= 1;
  }

  #write(write: () => string | Buffer): string | Buffer {
    const reason = this.#reasonNotToSend();
    if (reason === undefined) {
      this.#isUnanswered = true;
      this.#trace.written += 1;
      return write();
    }
    this.#settle(reason);
    return HARMLESS;
  }

  #reasonNotToSend(): Error | undefined {
    // A node that has reconnected sends commands without a reply again.
    if (this.#isUnanswered) return new LostReplyError('the connection broke');
    // The command may still be queued in a node.
    if (this.#hasFailed || this.#trace.isTimedOut) return new NotConnectedError('the command has timed out');
    // Without a master ioredis uses a replica, which would reply with old data.
    if (!hasMaster(this.#cluster)) return new NotConnectedError('no master is connected');
    return undefined;
  }
}
