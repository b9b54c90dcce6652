import { createScript } from './redis-script.js';

/**
 * Removes many entries. A plain UNLINK that ioredis sends twice would remove what another wrote meanwhile.
 *
 * KEYS: the entries
 * Result: how many there were
 */
export const UNLINK = createScript(`return redis.call('UNLINK', unpack(KEYS))`);
