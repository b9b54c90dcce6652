import { eventually } from '../support/eventually.js';
import { RedisSentinels, type RedisSentinelOptions } from '../support/redis-sentinel.js';
import type { AcknowledgedWrites, Loss } from './acknowledged-writes.js';
import { type FailoverLength, measureLoss, type Precaution } from './measure-loss.js';

/** So long that a wire with a lag is not taken for a dead server. */
const PATIENCE_MS = 60_000;

/** A master dies that is so much ahead of its replicas; what is on the way dies with it. */
export async function sentinelMasterDies(precaution: Precaution, { writes, lagMs }: FailoverLength): Promise<Loss> {
  return onSentinels(precaution, { wired: true }, async (group, load) => {
    await group.setPatience(PATIENCE_MS);
    const master = await group.master();
    const wire = group.wireOf(master);
    await load.after(writes);
    wire.delay(lagMs);
    await load.after(writes);
    wire.loseReplies();
    load.end();
    await master.kill();
    await group.failover(); // By themselves they would do the same, later.
  });
}

/** A master is cut off from the others, which replace it; clients still reach it. Then it is back. */
export async function sentinelMasterCutOff(precaution: Precaution, { writes }: FailoverLength): Promise<Loss> {
  return onSentinels(precaution, { wired: true }, async (group, load) => {
    const master = await group.master();
    await load.after(writes);
    group.wireOf(master).loseReplies();
    await eventually(async () => (await group.master()) !== master, 60_000);
    await load.afterAny(writes);
    load.end();
    group.wireOf(master).cut();
    await group.isWell();
  });
}

/** An operator has the sentinels replace a master that is well. */
export async function sentinelFailover(precaution: Precaution, { writes }: FailoverLength): Promise<Loss> {
  return onSentinels(precaution, { unhurried: true }, async (group, load) => {
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
