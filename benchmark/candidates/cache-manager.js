/**
 * The operations of cache-manager, with any stores.
 * @param {import('cache-manager').Cache} cache
 * @returns {import('./candidate.js').Store}
 */
export function storeOverCacheManager(cache) {
  return {
    set: (identifier, document) => cache.set(identifier, document),
    setTtl: (identifier, document, seconds) => cache.set(identifier, document, seconds * 1000),
    get: (identifier) => cache.get(identifier),
    getMany: (identifiers) => cache.mget([...identifiers]),
    clear: () => cache.clear(),
    close: () => cache.disconnect(),
  };
}
