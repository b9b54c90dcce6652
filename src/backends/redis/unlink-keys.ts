import { isCluster } from './redis-client.js';
import type { Session } from './redis-connection.js';
import { confirmedCount } from './replica-confirmation.js';
import { UNLINK } from './scripts/unlink.lua.js';

/** Removes keys, and tells how many there were; none is on its way any more when this is done or has failed. */
export async function unlinkKeys({ client, scripts }: Session, names: readonly string[]): Promise<number> {
  if (!isCluster(client)) return confirmedCount(await scripts.run(UNLINK, [`${names.length}`, ...names]));
  // In a cluster the keys of one command must share a slot, so there each goes by itself. None is sent twice.
  const removals = await Promise.allSettled(names.map(async (name) => confirmedCount(await client.unlink(name))));
  return removals.reduce((sum, removal) => {
    if (removal.status === 'rejected') throw removal.reason;
    return sum + removal.value;
  }, 0);
}
