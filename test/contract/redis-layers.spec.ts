import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { describeStorageContract } from '../../src/testing/storage-contract.js';
import { createRedisBackend } from '../support/redis-backend.js';
import { ALL_LAYERS } from './support/memory-backends.js';

describeStorageContract(createRedisBackend('redis behind layers', { layers: ALL_LAYERS }), {
  describe,
  it,
  beforeAll,
  afterAll,
});
