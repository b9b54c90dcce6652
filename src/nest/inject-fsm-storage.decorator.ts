import { Inject } from '@nestjs/common';
import { getFsmStorageToken } from '../contract/storage-token.js';

/**
 * Injects a named storage, or the view that {@link FsmStorageModule.forFeature} provides; without a name, the default
 * storage. The same as `@Inject(getFsmStorageToken(name))`.
 *
 * @example
 * ```ts
 * import { Injectable } from '@nestjs/common';
 * import { BaseStorage, InjectFsmStorage } from 'nestjs-fsm-storage';
 *
 * @Injectable()
 * export class Orders {
 *   constructor(@InjectFsmStorage('orders') private readonly storage: BaseStorage) {}
 * }
 * ```
 */
export function InjectFsmStorage(name?: string): ParameterDecorator & PropertyDecorator {
  return Inject(getFsmStorageToken(name));
}
