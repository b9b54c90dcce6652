import type { StorageDriver } from './storage-driver.js';

/**
 * Wraps every call of a driver. A layer is listed in the option `layers` of any number of storages; state that belongs to one
 * storage is created in `around`, so that storages do not share it. {@link aroundEveryCall} builds the wrapped driver.
 *
 * @example
 * ```ts
 * import { aroundEveryCall, type DriverLayer, MemoryStorage } from 'nestjs-fsm-storage';
 *
 * const counted = new Map<string, number>();
 * const counting: DriverLayer = {
 *   name: 'counting',
 *   around: (driver) =>
 *     aroundEveryCall(driver, ({ verb }, proceed) => {
 *       counted.set(verb, (counted.get(verb) ?? 0) + 1);
 *       return proceed();
 *     }),
 * };
 * const storage = new MemoryStorage({ layers: [counting] });
 * ```
 */
export interface DriverLayer {
  /** The name of the layer in error messages, e.g. `timeout`. */
  readonly name: string;
  /** Called once for each storage that lists the layer. Returns the driver that replaces the given one. */
  around<Encoded>(driver: StorageDriver<Encoded>): StorageDriver<Encoded>;
}
