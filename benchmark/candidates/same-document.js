/**
 * Whether two documents are deeply equal, regardless of key order: the minimum work of a compare-and-set without text.
 * @param {any} one
 * @param {any} other
 * @returns {boolean}
 */
export function sameDocument(one, other) {
  if (one === other) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false;
  const keys = Object.keys(one);
  if (keys.length !== Object.keys(other).length || Array.isArray(one) !== Array.isArray(other)) return false;
  return keys.every((key) => sameDocument(one[key], other[key]));
}
