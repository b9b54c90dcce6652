/**
 * What errors of Node, SQLite and npm packages tell. They are told by their form: `instanceof` fails for an error that
 * comes from another realm, as Node's own do in a test runner's sandbox.
 */
function property(error: unknown, name: string): unknown {
  return typeof error === 'object' && error !== null ? Reflect.get(error, name) : undefined;
}

/** Such as `ENOENT` or `SQLITE_BUSY`; '' where there is none. */
export function codeOf(error: unknown): string {
  const code = property(error, 'code');
  return typeof code === 'string' ? code : '';
}

/** The class's name. */
export function nameOf(error: unknown): string {
  const name = property(error, 'name');
  return typeof name === 'string' ? name : 'an error of unknown kind';
}

/** The driver's own error beneath TypeORM's QueryFailedError, or the error itself. */
export function withoutQuery(error: unknown): unknown {
  return property(error, 'driverError') ?? error;
}
