/**
 * The operations of any storage of the library.
 * @param {import('nestjs-fsm-storage').BaseStorage} storage started
 * @returns {import('./candidate.js').Store}
 */
export function storeOver(storage) {
  return {
    set: (identifier, document) => storage.setState(identifier, toState(document)),
    setTtl: (identifier, document, ttl) => storage.setState(identifier, toState(document), { ttl }),
    get: (identifier) => storage.getState(identifier),
    compareAndSet: (identifier, expected, next) =>
      storage.compareAndSet(identifier, toState(next), { expected: toState(expected) }),
    increment: (identifier) => storage.increment(identifier),
    incrementTtl: (identifier, ttl) => storage.increment(identifier, 1, { ttl }),
    update: (identifier, change) => storage.update(identifier, (current) => toState(change(current))),
    getMany: (identifiers) => storage.getStates(identifiers),
    list: (prefix) => storage.listKeys(`${prefix}*`),
    clear: () => storage.clearNamespace(),
    close: () => storage.stop(),
  };
}

/**
 * @param {import('./candidate.js').Document} document
 * @returns {import('nestjs-fsm-storage').StateDocument}
 */
function toState(document) {
  return /** @type {import('nestjs-fsm-storage').StateDocument} */ (document);
}
