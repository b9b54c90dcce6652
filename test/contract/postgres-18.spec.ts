import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { describeStorageContract } from '../../src/testing/storage-contract.js';
import { postgres18Backend } from '../support/postgres-backend.js';

describeStorageContract(postgres18Backend, { describe, it, beforeAll, afterAll });
