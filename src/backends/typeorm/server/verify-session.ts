import { StorageUnavailableError } from '../../../errors/backend-errors.js';
import type { SqlSession } from '../dialect/dialect.js';
import type { ServerDialect } from './server-dialect.js';

/**
 * Verifies one connection of the pool; the others have the same settings.
 * @throws {@link StorageUnavailableError} if its settings make it unusable
 */
export async function assertUsableSession(
  session: SqlSession,
  { verifySession }: ServerDialect,
  location: string,
): Promise<void> {
  const problems = verifySession === undefined ? [] : await session.read(verifySession, null);
  if (problems.length === 0) return;
  const message = `${location} has settings that the storage cannot work with: ${problems.join('; ')}.`;
  throw new StorageUnavailableError(message, { outcome: 'not-applied' });
}
