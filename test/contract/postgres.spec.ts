import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { describeStorageContract } from '../../src/testing/storage-contract.js';
import { postgresBackend } from './backends.js';

describeStorageContract(postgresBackend, { describe, it, beforeAll, afterAll });
