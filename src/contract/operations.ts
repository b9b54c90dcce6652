import type { Effect } from '../errors/backend-errors.js';
import type { BaseStorage } from './base-storage.js';
import type { StorageDriver } from './storage-driver.js';

/** A method that a driver implements. */
export type DriverVerb = Exclude<keyof StorageDriver, 'backend' | 'encoding'>;

/** A method of `BaseStorage` that every storage implements. */
export type StorageOperation = Exclude<keyof BaseStorage, 'backend' | 'namespace' | 'withNamespace'>;

/** Whether each driver verb reads or writes. The only list of verbs: all others derive from it. */
export const DRIVER_EFFECTS = {
  open: 'read',
  close: 'read',
  ping: 'read',
  read: 'read',
  readMany: 'read',
  write: 'write',
  remove: 'write',
  compareAndSet: 'write',
  increment: 'write',
  readCounter: 'read',
  readTtl: 'read',
  writeTtl: 'write',
  scan: 'read',
  clear: 'write',
  sweep: 'write',
} as const satisfies Readonly<Record<DriverVerb, Effect>>;

/** Whether each operation of a storage reads or writes. The only list of operations: all others derive from it. */
export const OPERATION_EFFECTS = {
  getState: 'read',
  setState: 'write',
  deleteState: 'write',
  compareAndSet: 'write',
  increment: 'write',
  listKeys: 'read',
  clearNamespace: 'write',
  health: 'read',
  start: 'read',
  stop: 'read',
  scanKeys: 'read',
  getStates: 'read',
  update: 'write',
  getTtl: 'read',
  touch: 'write',
  getCounter: 'read',
  deleteCounter: 'write',
  listCounters: 'read',
  scanCounters: 'read',
  getCounterTtl: 'read',
  touchCounter: 'write',
} as const satisfies Readonly<Record<StorageOperation, Effect>>;

export const DRIVER_VERBS = Object.keys(DRIVER_EFFECTS) as readonly DriverVerb[];

export const STORAGE_OPERATIONS = Object.keys(OPERATION_EFFECTS) as readonly StorageOperation[];
