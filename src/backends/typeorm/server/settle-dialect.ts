import { StorageUnavailableError } from '../../../errors/backend-errors.js';
import type { SqlSession } from '../dialect/dialect.js';
import type { ServerDialect } from './server-dialect.js';

/**
 * Verifies one session, as all others are supposed to be, and finds out where the tables are.
 * @returns the dialect that names the place
 * @throws {@link StorageUnavailableError} if the settings of the session make it unusable, or the place is ambiguous
 */
export async function settleDialect(
  session: SqlSession,
  dialect: ServerDialect,
  location: string,
): Promise<ServerDialect> {
  const { verifySession, settle } = dialect;
  const problems = verifySession === undefined ? [] : await session.read(verifySession, null);
  if (problems.length > 0) {
    const message = `${location} has settings that the storage cannot work with: ${problems.join('; ')}.`;
    throw new StorageUnavailableError(message, { outcome: 'not-applied' });
  }
  return settle === undefined ? dialect : settle(session, location);
}
