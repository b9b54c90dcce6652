import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { describeStorageContract } from '../../src/testing/storage-contract.js';
import { redis8Backend } from '../support/redis-backend.js';

describeStorageContract(redis8Backend, { describe, it, beforeAll, afterAll });
