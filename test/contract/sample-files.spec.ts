import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { describeStorageContract } from '../../src/testing/storage-contract.js';
import { sampleFileBackend } from './backends.js';

describeStorageContract(sampleFileBackend, { describe, it, beforeAll, afterAll });
