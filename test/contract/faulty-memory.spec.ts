import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { describeStorageContract } from '../../src/testing/storage-contract.js';
import { faultyMemoryBackend } from './support/memory-backends.js';

describeStorageContract(faultyMemoryBackend, { describe, it, beforeAll, afterAll });
