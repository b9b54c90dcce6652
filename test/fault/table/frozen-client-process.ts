// The process that `frozen-client.ts` freezes: argv[2] describes the storage. Sends one message when its callers have begun,
// and the finding after it was told that it goes on.
import { once } from 'node:events';
import { findingOf } from './finding.js';
import { isSuccess, ObservedLoad } from './observed-load.js';
import { CALLS_AFTER, CALLS_BEFORE } from './server-faults.js';
import { openStorage, type StorageDescription } from '../../linearizability/open-storage.js';

const storage = await openStorage(JSON.parse(process.argv[2] ?? '') as StorageDescription);
await storage.start();
const load = new ObservedLoad(storage);
load.begin();
await load.after(CALLS_BEFORE, isSuccess);
process.send?.('running');
await once(process, 'message');
const thawedAt = performance.now();
await load.after(1, isSuccess);
const backAfterMs = performance.now() - thawedAt;
await load.after(CALLS_AFTER, isSuccess);
process.send?.(findingOf(await load.end(), backAfterMs));
await storage.stop();
