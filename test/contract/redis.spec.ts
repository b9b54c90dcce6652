import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { describeStorageContract } from '../../src/testing/storage-contract.js';
import { redisBackend } from './backends.js';

describeStorageContract(redisBackend, { describe, it, beforeAll, afterAll });
