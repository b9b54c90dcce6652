// The contract suite under node's own test runner, in a process of its own: `node --test` with ts-register.mjs.
import { after, before, describe, it } from 'node:test';
import { describeStorageContract } from '../../../src/testing/storage-contract.js';
import { faultyMemoryBackend, referenceBackend } from './memory-backends.js';
import { UNHANDLED_REJECTIONS } from './broken-drivers.js';

const asked = process.env['FSM_KIT_BACKEND'];
const backend = [referenceBackend, faultyMemoryBackend, ...UNHANDLED_REJECTIONS].find(({ name }) => name === asked);
if (backend === undefined) throw new Error(`FSM_KIT_BACKEND names no backend: ${asked}`);

describeStorageContract(backend, { describe, it, before, after });
