/** Any value that JSON can express. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/** The state that a storage keeps for an identifier: a JSON object, usually `{ name, data }` (rules ST-1, ST-2). */
export type StateDocument = { readonly [key: string]: JsonValue };
