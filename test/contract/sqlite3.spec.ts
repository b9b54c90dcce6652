import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { describeStorageContract } from '../../src/testing/storage-contract.js';
import { sqlite3Backend } from './backends.js';

describeStorageContract(sqlite3Backend, { describe, it, beforeAll, afterAll });
