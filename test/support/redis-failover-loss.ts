// Counts what was acknowledged and is gone after a failover, without and with `durability`:
//   node --import ./test/support/ts-register.mjs test/support/redis-failover-loss.ts [failovers]
// Each time the master is killed in the middle of writes, while its replicas have just been held up for a moment, as a
// network or a busy machine would.
import type { RedisDurability } from '../../src/backends/redis/replica-confirmation.js';
import { RedisStorage } from '../../src/backends/redis/redis.storage.js';
import { eventually } from './eventually.js';
import { RedisSentinels } from './redis-sentinel.js';
import { keepCalling } from './tally.js';

const group = await RedisSentinels.start();
const failovers = Number(process.argv[2] ?? 5);
const settings: [string, RedisDurability | undefined][] = [
  ['none', undefined],
  ['one replica', { replicas: 1, timeout: 500 }],
  ['both replicas', { replicas: 2, timeout: 500 }],
];
for (const [name, durability] of settings) {
  for (let round = 1; round <= failovers; round += 1)
    process.stdout.write(`durability ${name}: ${await lose(durability)}\n`);
}
await group.stop();
process.exit(0);

async function lose(durability: RedisDurability | undefined): Promise<string> {
  const storage = new RedisStorage({ connection: group.connection, durability });
  await storage.start();
  await storage.clearNamespace();
  const acknowledged: string[] = [];
  let next = 0;
  let isOn = true;
  const calling = keepCalling(
    16,
    async () => {
      const identifier = `${(next += 1)}`;
      await storage.setState(identifier, { next });
      acknowledged.push(identifier);
    },
    () => isOn,
  );
  await eventually(() => acknowledged.length > 500);
  const replicas = await group.replicas();
  for (const { pid } of replicas) process.kill(pid, 'SIGSTOP');
  const before = next;
  await eventually(() => next > before + (durability === undefined ? 500 : 10));
  const master = await group.kill();
  isOn = false;
  for (const { pid } of replicas) process.kill(pid, 'SIGCONT');
  await calling;
  await eventually(async () => (await group.master()) !== master);
  await group.restore();
  await eventually(() => storage.health());
  const states = await storage.getStates(acknowledged);
  const lost = states.filter((state) => state === null).length;
  await storage.stop();
  return `${lost} of ${acknowledged.length} acknowledged states are gone`;
}
