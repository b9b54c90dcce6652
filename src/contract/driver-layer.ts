import type { StorageDriver } from './storage-driver.js';

/**
 * Something to do around every call of a driver: a value to list in the option `layers` of any storage, as often as you
 * like. What it keeps in mind it keeps in what `around` gives back, so that no two storages share it.
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
  /** Names the layer where its options are told of, e.g. `timeout`. */
  readonly name: string;
  /** Called once for each storage that lists the layer; gives back the driver that takes the other one's place. */
  around<Encoded>(driver: StorageDriver<Encoded>): StorageDriver<Encoded>;
}
