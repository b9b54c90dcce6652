/**
 * The differences between backends that the contract permits, and what each means. A backend declares its traits by
 * name; the suite then checks that it behaves as declared, and any backend without the trait that it does not.
 */
export const STORAGE_TRAITS = {
  'in-process':
    'Entries live in the storage object: no other storage or program sees, shares or interrupts them. ' +
    'The harness then has no plant, readRaw or interrupt.',
  'server-clock':
    'The server decides when an entry expires, whatever clock the application has (TTL-3). ' +
    'Time that really passes shows in getTtl.',
  'repeats-in-scan': 'scanKeys may yield an identifier twice while the server resizes its table; listKeys never does.',
  'no-views': 'The storage gives no views of other namespaces: withNamespace is refused.',
  'no-interruption':
    'The harness cannot cut the storage off from its store, so what happens in an outage is proved elsewhere.',
} as const;

/** One of the names in `STORAGE_TRAITS`. */
export type StorageTrait = keyof typeof STORAGE_TRAITS;
