/**
 * The operations of a Keyv, whatever adapter is under it.
 * @param {import('keyv').Keyv} keyv
 * @returns {import('./candidate.js').Store}
 */
export function storeOverKeyv(keyv) {
  return {
    set: (identifier, document) => keyv.set(identifier, document),
    setTtl: (identifier, document, seconds) => keyv.set(identifier, document, seconds * 1000),
    get: (identifier) => keyv.get(identifier),
    getMany: (identifiers) => keyv.get([...identifiers]),
    clear: () => keyv.clear(),
    close: () => keyv.disconnect(),
  };
}

/**
 * An adapter tells its failures by an event that nothing else listens to: a benchmark must not go on over them.
 * @template {{ on(event: string, listener: (error: unknown) => void): unknown }} Emitter
 * @param {Emitter} emitter
 * @returns {Emitter}
 */
export function failOnError(emitter) {
  emitter.on('error', (error) => {
    throw error;
  });
  return emitter;
}
