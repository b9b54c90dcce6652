import { Cluster, type ClusterOptions, type Command, type Redis } from 'ioredis';
import type { ReplicaConfirmation } from './replica-confirmation.js';
import { isReplyError, LostReplyError, NotConnectedError } from './redis-errors.js';

/** What reaches a Redis Cluster: where to begin, and how ioredis goes on from there. */
export interface RedisClusterSettings {
  /** One or more of the nodes; they name the others. */
  readonly nodes: readonly { readonly host: string; readonly port: number }[];
  /**
   * What `new Cluster(nodes, …)` takes; the password is in `redisOptions`. `lazyConnect` and `scaleReads` are ours:
   * replicas lag behind, so nothing is read from them.
   */
  readonly options?: ClusterOptions | undefined;
}

/** How far a call has come; its commands are those sent while it is the one that is being sent. */
export interface CallTrace {
  /** Whether any of them came by here; what asks a node directly does not. */
  isSeen: boolean;
  /** How many of them were written to a socket, and not refused since: what may have been applied. */
  written: number;
  /** Whether its caller has been told that it came to nothing: from then on none of them is written. */
  isGivenUp: boolean;
}

/** A slot map that nobody has asked about for so long is asked for again: a replica may have become a master. */
const SLOTS_REFRESH_MS = 5000;
/** While a replica takes over, what has not been sent waits for it up to this many times this long. */
const RETRIES = 16;
const RETRY_DELAY_MS = 60;

/**
 * What our own clusters must do whatever the app's options say. What was sent is never sent again: that is not up to
 * these options, as ioredis tries again whatever lost its connection (see `sendingOnce`).
 */
const GUARANTEES = { lazyConnect: true, scaleReads: 'master' } as const satisfies ClusterOptions;

const DEFAULTS = {
  slotsRefreshInterval: SLOTS_REFRESH_MS,
  maxRedirections: RETRIES,
  retryDelayOnFailover: RETRY_DELAY_MS,
  retryDelayOnClusterDown: RETRY_DELAY_MS,
  retryDelayOnTryAgain: RETRY_DELAY_MS,
} as const satisfies ClusterOptions;

/** A cluster's client of our own, not yet connected. */
export function createCluster({ nodes, options = {} }: RedisClusterSettings, connectTimeout: number): Cluster {
  const redisOptions = { connectTimeout, disconnectTimeout: 200, ...options.redisOptions };
  return new Cluster([...nodes], { ...DEFAULTS, ...options, redisOptions, ...GUARANTEES });
}

/**
 * The same cluster, whose commands are sent once (rule ER-4): one that a server has refused, as it is not the right one
 * or not ready, goes on to where ioredis leads it, and so does one that never left this process. One whose answer was
 * lost fails; ioredis would send it again. `traceNow` gives the trace of the call that is being sent.
 */
export function sendingOnce(cluster: Cluster, traceNow: () => CallTrace, confirmation?: ReplicaConfirmation): Cluster {
  const send = (trace: CallTrace, ...[command, stream, node]: Parameters<Cluster['sendCommand']>): unknown => {
    const sending = new Sending(cluster, command, trace);
    const answer = cluster.sendCommand(command, stream, node);
    sending.watchRefusals();
    return confirmation === undefined ? answer : confirmation.follow(command, answer, () => sending.server);
  };
  // ioredis finds lost masters again by asking a replica, which would answer a read with what it had.
  const sendCommand: Cluster['sendCommand'] = (...sent) => {
    const trace = traceNow();
    trace.isSeen = true;
    return hasMaster(cluster) ? send(trace, ...sent) : refreshSlots(cluster).then(() => send(trace, ...sent));
  };
  // Auto-pipelining would give commands to ioredis that have not come by here.
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

/** Asks any node who the masters are. Where none tells, the command that follows does. */
export function refreshSlots(cluster: Cluster): Promise<void> {
  return new Promise((resolve) => cluster.refreshSlotsCache(() => resolve()));
}

/** Written in the place of a command that must not be. */
const HARMLESS = '*1\r\n$4\r\nPING\r\n';

/** One command on its way. ioredis calls `toWritable` whenever it writes it, and `reject` whenever that came to nothing. */
class Sending {
  readonly #cluster: Cluster;
  readonly #command: Command;
  readonly #trace: CallTrace;
  readonly #settle: (error: Error) => void;
  #isUnanswered = false;
  #hasFailed = false;
  #socket: object | undefined;
  #refusal: Error = new NotConnectedError('no server of the cluster is connected');

  constructor(cluster: Cluster, command: Command, trace: CallTrace) {
    this.#cluster = cluster;
    this.#command = command;
    this.#trace = trace;
    const fail = command.reject;
    this.#settle = (error) => {
      this.#hasFailed = true;
      fail.call(command, error);
    };
    // ioredis comes here when it has given up.
    command.reject = (error) => this.#settle(isReplyError(error) ? error : this.#refusal);
    const write = command.toWritable.bind(command);
    command.toWritable = (socket) => {
      this.#socket = socket;
      return this.#write(() => write(socket));
    };
  }

  /** The connection it was written to last, while that is there. */
  get server(): Redis | undefined {
    return this.#cluster.nodes().find(({ stream }) => stream === this.#socket);
  }

  /** ioredis has put a `reject` of its own in the place of ours, which sends the command to another server. */
  watchRefusals(): void {
    const tryElsewhere = this.#command.reject;
    this.#command.reject = (error) => {
      if (isReplyError(error)) this.#heedRefusal(error);
      else if (this.#isUnanswered) return this.#settle(new LostReplyError('the connection broke', { cause: error }));
      this.#isUnanswered = false;
      tryElsewhere.call(this.#command, error);
    };
  }

  #heedRefusal(error: Error): void {
    this.#refusal = error;
    // What follows NOSCRIPT belongs to the same call, and is sent while another one is.
    if (!isReplyError(error, 'NOSCRIPT')) this.#trace.written -= 1;
  }

  #write(write: () => string | Buffer): string | Buffer {
    const objection = this.#objection();
    if (objection === undefined) {
      this.#isUnanswered = true;
      this.#trace.written += 1;
      return write();
    }
    this.#settle(objection);
    return HARMLESS;
  }

  #objection(): Error | undefined {
    // A node that reconnects by itself sends again what was not answered.
    if (this.#isUnanswered) return new LostReplyError('the connection broke');
    // It may wait in a node yet.
    if (this.#hasFailed || this.#trace.isGivenUp) return new NotConnectedError('the command has been given up');
    // Where no master is left, ioredis takes a replica, which would answer with what it had.
    if (!hasMaster(this.#cluster)) return new NotConnectedError('no master is connected');
    return undefined;
  }
}
