import { StorageUnavailableError } from '../../../errors/backend-errors.js';
import { refreshSlots } from '../connection/cluster-client.js';
import { ClusterTopology, readTopology } from '../connection/cluster-topology.js';
import { isCluster } from '../connection/redis-client.js';
import type { RedisConnection } from '../connection/redis-connection.js';

const UNSERVED =
  'Redis Cluster: some slots have no master that answers, so part of the keys cannot be served. ' +
  'See `redis-cli --cluster check`; it mends itself where a replica takes over.';

/** A round trip to the server; in a cluster to every master at once, as one of them would not tell of the others. */
export async function ping(connection: RedisConnection): Promise<void> {
  if (!connection.isCluster) return void (await connection.read((client) => client.ping()));
  if (await areAllSlotsServed(connection)) return;
  // The masters may be others than those that ioredis knows.
  await connection.read(async (client) => isCluster(client) && refreshSlots(client));
  if (!(await areAllSlotsServed(connection))) throw new StorageUnavailableError(UNSERVED, { outcome: 'not-applied' });
}

async function areAllSlotsServed(connection: RedisConnection): Promise<boolean> {
  const view = await connection.read(async (client) =>
    isCluster(client) ? readTopology(client) : new ClusterTopology([]),
  );
  return view.hasAllSlots;
}
