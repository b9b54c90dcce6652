import { StorageUnavailableError } from '../../../errors/backend-errors.js';
import type { Dialect } from './dialect.js';
import type { SqlSession } from './sql-session.js';

/** Who makes the tables: the storage when it starts, or the team by its own migrations. */
export type SchemaMode = 'create' | 'verify';

/** The values of `SchemaMode`. */
export const SCHEMA_MODES: readonly SchemaMode[] = ['create', 'verify'];

/**
 * Creates the tables where that is asked, and checks in either case that they are what the statements rely on: an app's
 * own table of the same name shall be told at the start, not by an odd failure later. No transaction is needed, so
 * several processes may start at once and an app's open transaction is not disturbed: every statement may be run again.
 */
export async function prepareSchema(
  session: SqlSession,
  dialect: Dialect,
  mode: SchemaMode,
  place: string,
): Promise<void> {
  if (mode === 'create') {
    for (const statement of dialect.createSchema) await session.execute(statement);
  }
  const ofStates = await session.read(dialect.verifyTable, 'state');
  const ofCounters = await session.read(dialect.verifyTable, 'counter');
  const problems = [...ofStates, ...ofCounters];
  if (problems.length === 0) return;
  const remedy =
    mode === 'create'
      ? 'These tables were made by something else: rename them, or give the storage a database of its own.'
      : "Run the exported migration, or use schema: 'create'.";
  throw new StorageUnavailableError(`${place}: ${problems.join('; ')}. ${remedy}`, { outcome: 'not-applied' });
}
