import { createScript } from './lua-script.js';

/**
 * Removes many entries. A script, because ioredis could send a plain UNLINK twice and remove what another client wrote in
 * between.
 *
 * KEYS: the entries
 * Result: how many existed
 */
export const UNLINK = createScript(`return redis.call('UNLINK', unpack(KEYS))`);
