import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { describeStorageContract } from '../../src/testing/storage-contract.js';
import { layeredMemoryBackend } from './support/memory-backends.js';

describeStorageContract(layeredMemoryBackend, { describe, it, beforeAll, afterAll });
