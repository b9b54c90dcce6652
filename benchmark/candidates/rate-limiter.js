import { TTL_SECONDS } from './candidate.js';

/**
 * The counters of rate-limiter-flexible: one limiter counts forever, another for an hour from the first call.
 * @template {import('rate-limiter-flexible').RateLimiterAbstract} Limiter
 * @param {(options: { points: number, duration: number, keyPrefix: string }) => Limiter | Promise<Limiter>} create
 * @param {() => Promise<unknown> | void} close
 * @returns {Promise<import('./candidate.js').Store>}
 */
export async function storeOverRateLimiter(create, close) {
  const points = Number.MAX_SAFE_INTEGER;
  const lasting = await create({ points, duration: 0, keyPrefix: 'lasting' });
  const expiring = await create({ points, duration: TTL_SECONDS, keyPrefix: 'expiring' });
  return {
    increment: async (identifier) => (await lasting.consume(identifier)).consumedPoints,
    incrementTtl: async (identifier) => (await expiring.consume(identifier)).consumedPoints,
    close,
  };
}
