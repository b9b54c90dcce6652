/** Any value that JSON can express. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/** The state that a storage keeps for an identifier: a JSON object, usually `{ name, data }` (rules ST-1, ST-2). */
export type StateDocument = { readonly [key: string]: JsonValue };

/**
 * The constraint of a type that describes states: `T extends StorableState<T>`. It accepts type aliases, interfaces and
 * classes whose members are JSON, and members typed `unknown`, which are checked when they are written. It rejects
 * functions, `Date`, `Map`, `Set`, `bigint`, symbols and arrays of `undefined`; the compiler's message names the member.
 *
 * @example
 * ```ts
 * import type { BaseStorage, StorableState } from 'nestjs-fsm-storage';
 *
 * interface Cart {
 *   name: 'Order:cart';
 *   items: { sku: string; note?: string }[];
 * }
 *
 * class Repository<T extends StorableState<T>> {
 *   constructor(private readonly storage: BaseStorage) {}
 *
 *   find(identifier: string): Promise<T | null> {
 *     return this.storage.getState<T>(identifier);
 *   }
 * }
 *
 * export class Carts extends Repository<Cart> {}
 * ```
 */
export type StorableState<T> = StateDocument | StorableObject<T>;

type StorableObject<T> = object & PlainObject & StorableMembers<T>;

/** What neither a collection nor a function is. */
interface PlainObject {
  readonly [Symbol.iterator]?: NotJson<'a collection; a state is a plain object'>;
  readonly [Symbol.hasInstance]?: NotJson<'a function; a state is a plain object'>;
}

type StorableMembers<T> = {
  [Key in keyof T]: Key extends symbol ? NotJson<'a member whose key is a symbol'> : StorableValue<T[Key]>;
};

/** `Value` itself if it may be JSON. Recursive types stay cheap, because what is JSON by its type is not looked into. */
type StorableValue<Value> = unknown extends Value
  ? Value
  : Value extends JsonValue | undefined
    ? Value
    : Value extends readonly unknown[]
      ? readonly StorableElement<Value[number]>[]
      : Value extends bigint
        ? NotJson<'a bigint; store it as a string'>
        : Value extends symbol
          ? NotJson<'a symbol'>
          : Value extends (...args: never) => unknown
            ? NotJson<'a function'>
            : Value extends Date
              ? NotJson<'a Date; store toISOString() or getTime()'>
              : Value extends ReadonlyMap<unknown, unknown>
                ? NotJson<'a Map; store Object.fromEntries(map)'>
                : Value extends ReadonlySet<unknown>
                  ? NotJson<'a Set; store [...set]'>
                  : StorableMembers<Value>;

type StorableElement<Value> = unknown extends Value
  ? Value
  : Value extends undefined
    ? NotJson<'undefined in an array; store null'>
    : StorableValue<Value>;

/** Stands in the compiler's message for a member that is not JSON. No value has this type. */
interface NotJson<What extends string> {
  readonly [notJson]: What;
}

declare const notJson: unique symbol;
