import { setTimeout as delay } from 'node:timers/promises';
import { RespClient } from './resp-client.js';

const BATCH = 1000;

/**
 * Writes a million keys in the documented layout over a separate connection, before any operation is measured.
 * @param {import('../candidates/candidate.js').RedisPlace} place
 * @param {readonly string[]} identifiers
 * @param {string} text to put under each
 */
export async function seedRedis({ port, database }, identifiers, text) {
  const client = await RespClient.connect(port);
  await client.send(['SELECT', database]);
  for (let from = 0; from < identifiers.length; from += BATCH) {
    const batch = identifiers.slice(from, from + BATCH);
    await Promise.all(batch.map((identifier) => client.send(['SET', `fsm:${identifier}`, text])));
  }
  client.close();
}

/**
 * @param {import('../candidates/candidate.js').RedisPlace} place
 * @returns {Promise<number>} bytes of the whole server: what differs before and after is of interest
 */
export async function usedMemory({ port }) {
  const client = await RespClient.connect(port);
  try {
    for (;;) {
      const information = await client.send(['INFO', 'memory']);
      // Unlinked keys are freed later.
      if (/lazyfree_pending_objects:0\r/.test(information)) return Number(/used_memory:(\d+)/.exec(information)?.[1]);
      await delay(10);
    }
  } finally {
    client.close();
  }
}
