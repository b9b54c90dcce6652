/**
 * A copy of an adapter's module for one store: its pool is a variable of the module, which the next store with another
 * database would replace.
 * @param {string} name
 * @param {import('./candidate.js').Place} place
 * @returns {Promise<any>} what the module exports
 */
export function importCopy(name, place) {
  return import(`${import.meta.resolve(name)}?${place.name}-${(copies += 1)}`);
}

let copies = 0;
