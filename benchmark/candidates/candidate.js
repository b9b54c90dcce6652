/**
 * The interface of every candidate. An operation that a peer does not have is missing, and its row says so.
 *
 * @typedef {Record<string, unknown>} Document
 *
 * @typedef {object} Store
 * @property {(identifier: string, document: Document) => Promise<unknown>} [set]
 * @property {(identifier: string, document: Document, seconds: number) => Promise<unknown>} [setTtl]
 * @property {(identifier: string) => Promise<Document | null | undefined>} [get]
 * @property {(identifier: string, expected: Document, next: Document) => Promise<boolean>} [compareAndSet]
 * @property {(identifier: string) => Promise<number>} [increment]
 * @property {(identifier: string, seconds: number) => Promise<number>} [incrementTtl]
 * @property {(identifier: string, change: (current: any) => Document) => Promise<unknown>} [update]
 * @property {(identifiers: readonly string[]) => Promise<readonly (Document | null | undefined)[]>} [getMany]
 * @property {(prefix: string) => Promise<readonly string[]>} [list] identifiers that begin with a prefix
 * @property {() => Promise<unknown>} [clear] removes everything
 * @property {(identifiers: readonly string[]) => Promise<unknown>} [seed] puts a small document under each, by any way
 * @property {(mode: 'OFF' | 'FULL') => Promise<unknown> | void} [setSync] how SQLite syncs, where a peer fills its file
 * @property {() => Promise<number>} [usedBytes] what the entries take in the file or on the server
 * @property {BulkStore} [bulk] operations on many rows in one transaction, in place of single ones
 * @property {() => Promise<unknown> | void} close
 *
 * @typedef {object} BulkStore
 * @property {number} rows how many rows one call is for
 * @property {(identifiers: readonly string[], document: Document) => Promise<unknown>} set
 * @property {(identifiers: readonly string[], document: Document, seconds: number) => Promise<unknown>} setTtl
 * @property {(identifiers: readonly string[], expected: Document, next: Document) => Promise<number>} compareAndSet
 * @property {(identifiers: readonly string[]) => Promise<readonly number[]>} increment
 *
 * @typedef {object} Place where a candidate keeps what it stores
 * @property {string} folder
 * @property {string} name no two open stores have the same
 * @property {RedisPlace} [redis]
 * @property {SqlPlace} [database]
 *
 * @typedef {object} RedisPlace
 * @property {number} port on the loopback address
 * @property {number} database no two open stores have the same
 *
 * @typedef {object} SqlPlace a database that no other open store has
 * @property {string} url
 * @property {() => Promise<unknown>} create creates it if it does not exist
 *
 * @typedef {object} Candidate
 * @property {string} id
 * @property {'ours' | 'limit' | 'peer'} role
 * @property {string} settings its settings, for the reader of the results
 * @property {number} [maxInFlight] with more in flight it does not work correctly
 * @property {(place: Place) => Promise<Store>} open
 */

/** The work of a deadline does not depend on its date. */
export const TTL_SECONDS = 3600;

export {};
