const LARGE_BYTES = 10_240;

/** What a bot keeps of one chat: 75 bytes of JSON. */
export const SMALL = createSmall(12.5);

/** What takes the place of `SMALL` in a compare-and-set, and the other way round. */
export const SMALL_NEXT = { ...createSmall(13.5), name: 'Order:paid' };

/** `SMALL` as the library stores it, and as everyone else does. */
export const SMALL_TEXTS = {
  canonical: '{"data":{"items":[1,2,3],"total":12.5,"user":"alice"},"name":"Order:cart"}',
  plain: JSON.stringify(SMALL),
};

/** Never stored: a compare-and-set that expects it loses. */
export const SMALL_OTHER = createSmall(14.5);

/** 10 KB of nested JSON. */
export const LARGE = createLarge(1204.5);

/** A prime: work that goes round a power of two identifiers brings each a document other than the last time. */
const VARIANTS = 61;

const SMALLS = Array.from({ length: VARIANTS }, (_, index) => createSmall(index + 100.5));
const LARGES = Array.from({ length: VARIANTS }, (_, index) => createLarge(index + 100.5));

/**
 * SQLite leaves a page alone that would stay as it is, and then there is nothing to sync: what is written must differ
 * from what is there.
 * @param {number} index
 */
export function smallOf(index) {
  return /** @type {typeof SMALL} */ (SMALLS[index % VARIANTS]);
}

/** @param {number} index */
export function largeOf(index) {
  return /** @type {typeof LARGE} */ (LARGES[index % VARIANTS]);
}

/** A document that shares nothing with another, where what is held in memory is counted. */
export function createSmall(total = 12.5) {
  return { name: 'Order:cart', data: { items: [1, 2, 3], user: 'alice', total } };
}

/** @param {number} total */
function createLarge(total) {
  /** @type {ReturnType<typeof createLine>[]} */
  const lines = [];
  const document = { name: 'Order:review', data: { user: 'alice', total, lines } };
  while (JSON.stringify(document).length < LARGE_BYTES) lines.push(createLine(lines.length));
  return document;
}

/** @param {number} index */
function createLine(index) {
  return {
    sku: `SKU-${1000 + index}`,
    title: `Filter coffee, washed, lot ${index}`,
    quantity: (index % 5) + 1,
    price: { amount: 11.25 + index, currency: 'EUR', taxes: [{ rate: 0.19, included: true }] },
    options: { grind: 'medium', gift: index % 2 === 0, note: null },
  };
}
