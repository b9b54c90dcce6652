import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { describeStorageContract } from '../../src/testing/storage-contract.js';
import { redisClusterBackend } from './backends.js';

describeStorageContract(redisClusterBackend, { describe, it, beforeAll, afterAll });
