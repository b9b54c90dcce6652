import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { describeStorageContract } from '../../src/testing/storage-contract.js';
import { mariadb11Backend } from '../support/mysql-backend.js';

describeStorageContract(mariadb11Backend, { describe, it, beforeAll, afterAll });
