/**
 * The operations of unstorage, whatever driver is under it.
 * @param {import('unstorage').Storage} storage
 * @param {{ readonly canExpire: boolean }} driver
 * @returns {import('./candidate.js').Store}
 */
export function storeOverUnstorage(storage, { canExpire }) {
  return {
    set: (identifier, document) => storage.setItem(identifier, toValue(document)),
    ...(canExpire && {
      setTtl: (identifier, document, ttl) => storage.setItem(identifier, toValue(document), { ttl }),
    }),
    get: async (identifier) => toDocument(await storage.getItem(identifier)),
    getMany: async (identifiers) => (await storage.getItems([...identifiers])).map(({ value }) => toDocument(value)),
    list: (prefix) => storage.getKeys(prefix),
    clear: () => storage.clear(),
    close: () => storage.dispose(),
  };
}

/**
 * @param {import('./candidate.js').Document} document
 * @returns {import('unstorage').StorageValue}
 */
function toValue(document) {
  return /** @type {import('unstorage').StorageValue} */ (document);
}

/**
 * @param {import('unstorage').StorageValue} value
 * @returns {import('./candidate.js').Document | null}
 */
function toDocument(value) {
  return typeof value === 'object' ? /** @type {import('./candidate.js').Document | null} */ (value) : null;
}
