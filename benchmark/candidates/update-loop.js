/**
 * What one writes over a raw driver to change a document safely: read, change, compare-and-set, until it wins.
 * @param {Required<Pick<import('./candidate.js').Store, 'get' | 'compareAndSet'>>} store
 * @returns {NonNullable<import('./candidate.js').Store['update']>}
 */
export function createUpdateLoop(store) {
  return async (identifier, change) => {
    for (;;) {
      const current = await store.get(identifier);
      if (current === null || current === undefined) throw new Error(`update: ${identifier} does not exist`);
      const next = change(current);
      if (await store.compareAndSet(identifier, current, next)) return next;
    }
  };
}
