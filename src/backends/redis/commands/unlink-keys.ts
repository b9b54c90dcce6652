import { isCluster } from '../connection/redis-client.js';
import type { Session } from '../connection/redis-connection.js';
import { HalfRemovedError } from '../connection/redis-errors.js';
import { confirmedCount } from '../connection/replica-confirmation.js';
import { UNLINK } from '../scripts/unlink.lua.js';

/** Removes keys, and tells how many there were; none is on its way any more when this is done or has failed. */
export async function unlinkKeys({ client, scripts }: Session, names: readonly string[]): Promise<number> {
  if (!isCluster(client)) return confirmedCount(await scripts.run(UNLINK, [`${names.length}`, ...names]));
  // In a cluster the keys of one command must share a slot, so there each goes by itself. None is sent twice.
  const removals = await Promise.allSettled(names.map(async (name) => confirmedCount(await client.unlink(name))));
  const removed = removals.reduce((sum, removal) => sum + (removal.status === 'fulfilled' ? removal.value : 0), 0);
  const failed = removals.find((removal) => removal.status === 'rejected');
  if (failed === undefined) return removed;
  throw removed === 0 ? failed.reason : new HalfRemovedError(`removed ${removed} of them`, { cause: failed.reason });
}
