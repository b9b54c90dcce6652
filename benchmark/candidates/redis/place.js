/**
 * @param {import('../candidate.js').Place} place
 * @returns {import('../candidate.js').RedisPlace}
 */
export function redisOf({ redis }) {
  if (redis === undefined) throw new Error('this location has no Redis');
  return redis;
}

/**
 * @param {import('../candidate.js').Place} place
 * @returns {string}
 */
export function urlOf(place) {
  const { port, database } = redisOf(place);
  return `redis://127.0.0.1:${port}/${database}`;
}
