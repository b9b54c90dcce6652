import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { describeStorageContract } from '../../src/testing/storage-contract.js';
import { valkeyBackend } from '../support/redis-backend.js';

describeStorageContract(valkeyBackend, { describe, it, beforeAll, afterAll });
