const NOT_FOUND_CODES: readonly unknown[] = ['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND'];
const NOT_FOUND = /^Cannot find (?:package|module) '([^']+)'/;

/**
 * Whether an import failed because exactly this package is not installed. Node says `Cannot find package 'ioredis'
 * imported from …` for import and `Cannot find module 'ioredis'` for require. The name decides: a dependency missing
 * inside an installed package is another fault, with another cure.
 */
export function isPackageMissing(name: string, error: unknown): boolean {
  // By its form: Node's own errors are of another realm in a test runner's sandbox.
  if (typeof error !== 'object' || error === null || !('code' in error) || !('message' in error)) return false;
  return NOT_FOUND_CODES.includes(error.code) && NOT_FOUND.exec(String(error.message))?.[1] === name;
}
