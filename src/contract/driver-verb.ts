import type { StorageDriver } from './storage-driver.js';

/** A verb of the port: what a driver can be asked to do. */
export type DriverVerb = Exclude<keyof StorageDriver, 'backend' | 'encoding'>;

/** Every verb of the port. */
export const DRIVER_VERBS = [
  'open',
  'close',
  'ping',
  'read',
  'readMany',
  'write',
  'remove',
  'compareAndSet',
  'increment',
  'readCounter',
  'readTtl',
  'writeTtl',
  'scan',
  'clear',
  'sweep',
] as const satisfies readonly DriverVerb[];

/** Whose lost reply leaves open whether something was changed. */
export const CHANGING_VERBS: ReadonlySet<DriverVerb> = new Set([
  'write',
  'remove',
  'compareAndSet',
  'increment',
  'writeTtl',
  'clear',
  'sweep',
] as const);
