import { BaseStorage } from './base-storage.js';

/**
 * The token that injects a storage: the class {@link BaseStorage} for the default one, a string for a named one and for the
 * view that {@link FsmStorageModule.forFeature} provides.
 *
 * @example
 * ```ts
 * import { Test } from '@nestjs/testing';
 * import { FsmStorageModule, getFsmStorageToken, MemoryStorage } from 'nestjs-fsm-storage';
 *
 * const builder = Test.createTestingModule({
 *   imports: [FsmStorageModule.forRoot({ backend: 'redis', url: 'redis://127.0.0.1', name: 'sessions' })],
 * });
 * builder.overrideProvider(getFsmStorageToken('sessions')).useValue(new MemoryStorage());
 * ```
 */
export function getFsmStorageToken(name?: undefined): typeof BaseStorage;
export function getFsmStorageToken(name: string): string;
export function getFsmStorageToken(name?: string): typeof BaseStorage | string;
export function getFsmStorageToken(name?: string): typeof BaseStorage | string {
  return name === undefined ? BaseStorage : `FsmStorage:${name}`;
}
