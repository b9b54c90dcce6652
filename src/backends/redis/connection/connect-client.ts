import { within } from '../../../toolkit/time-limit.js';
import { assertTakesCommands } from './client-session.js';
import type { ReadyQueue } from './ready-queue.js';
import { isCluster, isReady, type RedisClient } from './redis-client.js';
import { isInfoUnknown, isSelectRejected, LateReplyError } from './redis-errors.js';

/** How to connect. */
interface Connecting {
  /** Whether the client belongs to the app. */
  readonly isShared: boolean;
  readonly limitMs: number;
  /** Wakes when the client is ready or has ended. */
  readonly waiting: ReadyQueue;
}

/**
 * Connects a client, or waits until the app's client is connected.
 * @throws UnusableClientError if the app's client takes no commands
 */
export async function connectClient(client: RedisClient, { isShared, limitMs, waiting }: Connecting): Promise<void> {
  if (client.status === 'ready') return;
  assertTakesCommands(client);
  const connecting = client.status === 'wait' ? client.connect() : undefined;
  // ioredis retries forever. A start depends only on the first attempt of a client that was created here.
  if (connecting !== undefined && !isShared) {
    if (await isConnected(client, connecting, limitMs)) return;
  } else connecting?.catch(() => {}); // The `error` event reports it.
  await new Promise<void>((resolve, reject) => waiting.wait(client, limitMs, resolve, reject));
}

/** Returns false if the server does not offer INFO: ioredis then connects once more, without it. */
async function isConnected(client: RedisClient, connecting: Promise<void>, limitMs: number): Promise<boolean> {
  try {
    await within(limitMs, connecting, () => new LateReplyError('no reply while connecting'));
    return true;
  } catch (error) {
    if (client.options.enableReadyCheck === false) return false;
    throw error;
  }
}

/** Corrects a client that was created here after one of its `error` events. */
export function correctClient(client: RedisClient, error: unknown): void {
  // If ioredis cannot select the database, it emits an error and continues in database 0.
  if (isSelectRejected(error)) client.disconnect(true);
  // ioredis waits until INFO says that the server is ready; without INFO it would wait forever.
  if (isInfoUnknown(error)) client.options.enableReadyCheck = false;
}

/** Reconnects if the `reconnectOnError` of the client asks for it. May throw what that function throws. */
export function reconnectOn(client: RedisClient, error: Error): void {
  if (isCluster(client) || !isReady(client)) return;
  if (client.options.reconnectOnError?.(error)) client.disconnect(true);
}
