/**
 * What errors of Node, SQLite and npm packages tell. They are told by their form: `instanceof` fails for an error that
 * comes from another realm, as Node's own do in a test runner's sandbox.
 */
export function readProperty(error: unknown, name: string): unknown {
  return typeof error === 'object' && error !== null ? Reflect.get(error, name) : undefined;
}

/** Such as `ENOENT` or `SQLITE_BUSY`; '' where there is none. */
export function errorCode(error: unknown): string {
  const code = readProperty(error, 'code');
  return typeof code === 'string' ? code : '';
}

/** The class's name. */
export function errorName(error: unknown): string {
  const name = readProperty(error, 'name');
  return typeof name === 'string' ? name : 'an error of unknown kind';
}

/** The driver's own error beneath TypeORM's QueryFailedError, or the error itself. */
export function unwrapQueryError(error: unknown): unknown {
  return readProperty(error, 'driverError') ?? error;
}
