/**
 * Creates the database of a location if it does not exist: each open store has its own.
 * @param {import('./candidate.js').Place} place
 * @returns {Promise<string>} its URL
 */
export async function databaseUrl({ database }) {
  if (database === undefined) throw new Error('this location has no SQL server');
  await database.create();
  return database.url;
}
