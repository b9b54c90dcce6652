import { eventually } from '../support/eventually.js';
import { RedisSentinels, type RedisSentinelOptions } from '../support/redis-sentinel.js';
import type { AcknowledgedWrites, Loss } from './acknowledged-writes.js';
import { type FailoverLength, measureLoss, type Precaution } from './measure-loss.js';

/** So long that the sentinels do not consider a server dead whose proxy delays its data. */
const DOWN_AFTER_MS = 60_000;

/** A master dies that is so much ahead of its replicas; what is on the way dies with it. */
export async function sentinelMasterDies(precaution: Precaution, { writes, lagMs }: FailoverLength): Promise<Loss> {
  return onSentinels(precaution, { proxied: true }, async (group, load) => {
    await group.setDownAfter(DOWN_AFTER_MS);
    const master = await group.master();
    const proxy = group.proxyOf(master);
    await load.after(writes);
    proxy.delay(lagMs);
    await load.after(writes);
    proxy.loseReplies();
    load.end();
    await master.kill();
    await group.failover(); // By themselves they would do the same, later.
  });
}

/** A master is cut off from the others, which replace it; clients still reach it. Then it is back. */
export async function sentinelMasterCutOff(precaution: Precaution, { writes }: FailoverLength): Promise<Loss> {
  return onSentinels(precaution, { proxied: true }, async (group, load) => {
    const master = await group.master();
    await load.after(writes);
    group.proxyOf(master).loseReplies();
    await eventually(async () => (await group.master()) !== master, 60_000);
    await load.afterAny(writes);
    load.end();
    group.proxyOf(master).cut();
    await group.waitUntilHealthy();
  });
}

/** An operator has the sentinels replace a master that is well. */
export async function sentinelFailover(precaution: Precaution, { writes }: FailoverLength): Promise<Loss> {
  return onSentinels(precaution, { checksRarely: true }, async (group, load) => {
    await load.after(writes);
    await group.failover();
    await load.after(writes);
  });
}

async function onSentinels(
  precaution: Precaution,
  options: RedisSentinelOptions,
  failOver: (group: RedisSentinels, load: AcknowledgedWrites) => Promise<void>,
): Promise<Loss> {
  const group = await RedisSentinels.start({ ...options, args: precaution.args ?? [] });
  const connection = { ...group.connection, ...precaution.connection };
  return measureLoss({ connection }, precaution, (load) => failOver(group, load)).finally(() => group.stop());
}
