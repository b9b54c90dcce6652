import { RedisStorage } from 'nestjs-fsm-storage/redis';
import { seedRedis, usedMemory } from '../../redis/seed.js';
import { storeOver } from '../fsm-storage.js';
import { redisOf, urlOf } from './place.js';
import { SMALL_TEXTS } from '../../workload/documents.js';

/**
 * @param {readonly import('nestjs-fsm-storage').DriverLayer[]} layers
 * @returns {import('../candidate.js').Candidate}
 */
export function fsmStorageInRedis(layers) {
  return {
    id: 'fsm-storage',
    role: 'ours',
    settings: 'new RedisStorage({ url }), as it comes',
    async open(place) {
      const storage = new RedisStorage({ url: urlOf(place), layers });
      await storage.start();
      return {
        ...storeOver(storage),
        seed: (identifiers) => seedRedis(redisOf(place), identifiers, SMALL_TEXTS.canonical),
        usedBytes: () => usedMemory(redisOf(place)),
      };
    },
  };
}
