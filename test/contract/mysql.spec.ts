import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { describeStorageContract } from '../../src/testing/storage-contract.js';
import { mysqlBackend } from './backends.js';

describeStorageContract(mysqlBackend, { describe, it, beforeAll, afterAll });
