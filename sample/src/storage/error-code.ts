/**
 * Whether an error of Node carries this code, e.g. `ENOENT`. By its looks and not by `instanceof Error`: where modules
 * run in a context of their own, as under jest, the errors of Node are of another `Error`.
 */
export function hasErrorCode(error: unknown, code: string): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === code;
}
