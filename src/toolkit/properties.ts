/**
 * Reads a property of an error of Node, SQLite or an npm package. Checks the shape, because `instanceof` fails for an
 * error of another realm, such as Node's own errors in a test runner's sandbox.
 */
export function readProperty(error: unknown, name: string): unknown {
  return typeof error === 'object' && error !== null ? Reflect.get(error, name) : undefined;
}

/** A code such as `ENOENT` or `SQLITE_BUSY`; '': it has none. */
export function errorCode(error: unknown): string {
  const code = readProperty(error, 'code');
  return typeof code === 'string' ? code : '';
}

/** The name of an error, e.g. `ReplyError`. */
export function errorName(error: unknown): string {
  const name = readProperty(error, 'name');
  return typeof name === 'string' ? name : 'an error of unknown kind';
}

/** The driver's error inside TypeORM's QueryFailedError, or the error itself. */
export function unwrapQueryError(error: unknown): unknown {
  return readProperty(error, 'driverError') ?? error;
}
