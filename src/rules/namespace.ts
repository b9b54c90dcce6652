const NAMESPACE = /^[A-Za-z0-9._-]{1,64}$/;

/** What a namespace may be, in words for an error. */
export const NAMESPACE_EXPECTED = '1 to 64 characters of A-Z a-z 0-9 . _ -';

/** Whether a value can name a namespace (rule NS-1). */
export function isNamespace(value: unknown): value is string {
  return typeof value === 'string' && NAMESPACE.test(value);
}
