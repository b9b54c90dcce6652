/**
 * Makes the database of a place where there is none yet: each open store has one of its own.
 * @param {import('./candidate.js').Place} place
 * @returns {Promise<string>} its URL
 */
export async function databaseUrl({ database }) {
  if (database === undefined) throw new Error('there is no server of SQL at this place');
  await database.create();
  return database.url;
}
