import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { describeStorageContract } from '../../src/testing/storage-contract.js';
import { betterSqlite3Backend } from './backends.js';

describeStorageContract(betterSqlite3Backend, { describe, it, beforeAll, afterAll });
