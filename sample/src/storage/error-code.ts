/**
 * Whether an error of Node has this code, e.g. `ENOENT`. Checks the shape and not `instanceof Error`: if modules run in
 * a separate context, as under jest, the errors of Node are instances of another `Error`.
 */
export function hasErrorCode(error: unknown, code: string): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === code;
}
