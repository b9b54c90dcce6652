const NOT_FOUND_CODES: readonly unknown[] = ['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND'];

/**
 * Whether an import failed because exactly this package is not installed. Node says `Cannot find package 'ioredis'
 * imported from …` for import and `Cannot find module 'ioredis'` for require. The name decides: a dependency missing
 * inside an installed package is another fault, with another cure.
 */
export function isPackageMissing(name: string, error: unknown): boolean {
  if (!(error instanceof Error) || !('code' in error) || !NOT_FOUND_CODES.includes(error.code)) return false;
  return /^Cannot find (?:package|module) '([^']+)'/.exec(error.message)?.[1] === name;
}
