// Runs the contract suite under node:test in a separate process: `node --test` with ts-register.mjs.
import { after, before, describe, it } from 'node:test';
import { describeStorageContract } from '../../../src/testing/storage-contract.js';
import { faultyMemoryBackend, referenceBackend } from './memory-backends.js';
import { UNHANDLED_REJECTIONS } from './broken-drivers.js';

const requestedName = process.env['FSM_KIT_BACKEND'];
const backend = [referenceBackend, faultyMemoryBackend, ...UNHANDLED_REJECTIONS].find(
  ({ name }) => name === requestedName,
);
if (backend === undefined) throw new Error(`FSM_KIT_BACKEND is not the name of a backend: ${requestedName}`);

describeStorageContract(backend, { describe, it, before, after });
