import { within } from '../../../toolkit/time-limit.js';
import { isEnded, type RedisClient } from './redis-client.js';
import { LateReplyError } from './redis-errors.js';

/** Ends a client of our own: in peace where it is connected, and in any case within twice the time given. */
export async function endClient(client: RedisClient, limitMs: number): Promise<void> {
  const give = (): Error => new LateReplyError('no answer to QUIT');
  if (client.status === 'ready') await within(limitMs, client.quit(), give).catch(() => {});
  await disconnectClient(client, limitMs);
}

/** Ends a client of our own at once, and waits for its socket to close, no longer than the time given. */
export async function disconnectClient(client: RedisClient, limitMs: number): Promise<void> {
  // What it still was about when it was ended may fail, and ioredis prints errors that nobody listens to.
  client.on('error', () => {});
  const holdsSocket = ['connecting', 'connect', 'ready'].includes(client.status);
  const ended = new Promise<void>((resolve) => client.once('end', () => resolve()));
  if (client.status !== 'end') client.disconnect();
  const give = (): Error => new LateReplyError('the connection does not close');
  if (holdsSocket && !isEnded(client)) await within(limitMs, ended, give).catch(() => {});
}
