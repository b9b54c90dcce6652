// An app without Nest whose packages are the oldest that package.json accepts. For each backend it prints what it read.
import { type BaseStorage, isFsmStorageError } from 'nestjs-fsm-storage/core';
import { RedisStorage } from 'nestjs-fsm-storage/redis';
import { MysqlStorage, MariadbStorage, PostgresStorage, SqliteStorage } from 'nestjs-fsm-storage/typeorm';

const CLASSES = { MariadbStorage, MysqlStorage, PostgresStorage, RedisStorage, SqliteStorage };

async function use(storage: BaseStorage & { start(): Promise<void>; stop(): Promise<void> }): Promise<unknown> {
  await storage.start();
  const cart = { name: 'Order:cart', data: { text: '👋🏽' } };
  await storage.setState('chat', cart, { ttl: 60 });
  const swapped = await storage.compareAndSet('chat', { name: 'Order:paid' }, { expected: cart });
  const lost = await storage.compareAndSet('chat', { name: 'Order:paid' }, { expected: cart });
  const added = await Promise.all(Array.from({ length: 20 }, () => storage.increment('visits')));
  const read = await storage.getStates(['chat', 'none']);
  const keys: string[] = [];
  for await (const key of storage.scanKeys('c*')) keys.push(key);
  const isHealthy = await storage.health();
  const removed = [await storage.deleteState('chat'), await storage.deleteState('chat')];
  await storage.stop();
  return { swapped, lost, total: Math.max(...added), read, keys, isHealthy, removed };
}

async function main(): Promise<void> {
  const results: Record<string, unknown> = {};
  for (const [name, options] of Object.entries(JSON.parse(process.argv[2] ?? '{}') as Record<string, never>)) {
    const Storage = CLASSES[name as keyof typeof CLASSES] as new (options: unknown) => Parameters<typeof use>[0];
    results[name] = await use(new Storage(options)).catch((error: unknown) => {
      if (!isFsmStorageError(error)) throw error;
      return { code: error.code, message: error.message };
    });
  }
  console.log(JSON.stringify(results));
}

void main();
