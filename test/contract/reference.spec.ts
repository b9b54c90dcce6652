import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { describeStorageContract } from '../../src/testing/storage-contract.js';
import { referenceBackend } from './support/memory-backends.js';

describeStorageContract(referenceBackend, { describe, it, beforeAll, afterAll });
