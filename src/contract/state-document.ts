/** Anything JSON can say. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/** What a storage keeps under an identifier: a JSON object, usually `{ name, data }` (rules ST-1, ST-2). */
export type StateDocument = { readonly [key: string]: JsonValue };
