import { createScript } from './redis-script.js';

/**
 * Removes an entry. A plain UNLINK that ioredis sends twice would remove what another wrote meanwhile.
 *
 * KEYS[1]: the state or counter
 * Result: 1 where there was one, else 0
 */
export const REMOVE = createScript(`
return redis.call('UNLINK', KEYS[1])
`);
