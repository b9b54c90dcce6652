import { createScript } from './redis-script.js';

/**
 * Takes a state's deadline away. PERSIST alone answers 0 both for a state without a deadline and for none.
 *
 * KEYS[1]: the state
 * Result: 1 where there is a state, else 0
 */
export const PERSIST = createScript(`
redis.call('PERSIST', KEYS[1])
return redis.call('EXISTS', KEYS[1])
`);
