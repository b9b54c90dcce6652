import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { describeStorageContract } from '../../src/testing/storage-contract.js';
import { mariadbBackend } from './backends.js';

describeStorageContract(mariadbBackend, { describe, it, beforeAll, afterAll });
