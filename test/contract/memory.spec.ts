import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { describeStorageContract } from '../../src/testing/storage-contract.js';
import { memoryBackend } from './support/memory-backends.js';

describeStorageContract(memoryBackend, { describe, it, beforeAll, afterAll });
