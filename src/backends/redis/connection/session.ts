import type { ClientSession } from './client-session.js';
import type { FailoverWatch } from './failover-watch.js';
import type { RedisClient } from './redis-client.js';
import type { WriteReply } from './replica-confirmation.js';
import type { ScriptRunner } from './script-runner.js';

/** The clients and listeners of an open connection. */
export interface Session {
  /** The client that commands are sent through. */
  readonly client: RedisClient;
  /** The client of ioredis itself: it is connected and closed, and emits the events. */
  readonly owner: RedisClient;
  readonly address: string;
  readonly scripts: ScriptRunner;
  readonly stopListening: () => void;
  /** Checks the app's client before every call. undefined: the client was created here, or is not checked yet. */
  guard?: ClientSession;
  /** undefined: the storage does not listen to sentinels. */
  readonly watch: FailoverWatch | undefined;
}

/** A command to send and the callbacks for its result. */
export interface Delivery {
  send(session: Session): Promise<unknown>;
  /** @param write - given if the command may have changed something and replicas must confirm it */
  succeed(reply: unknown, write?: WriteReply): void;
  fail(error: unknown): void;
}
