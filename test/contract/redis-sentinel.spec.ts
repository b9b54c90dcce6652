import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { describeStorageContract } from '../../src/testing/storage-contract.js';
import { redisSentinelBackend } from './backends.js';

describeStorageContract(redisSentinelBackend, { describe, it, beforeAll, afterAll });
