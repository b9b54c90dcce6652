import { statSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { NAMESPACE } from './sqlite-statements.js';

/** @param {import('./candidate.js').Place} place */
export function databaseFile(place) {
  return join(place.folder, `${place.name}.db`);
}

/**
 * Fills the documented table with a million rows over a separate connection, before any operation is measured.
 * @param {string} file whose tables are there
 * @param {readonly string[]} identifiers
 * @param {string} text to put under each
 */
export async function seedFile(file, identifiers, text) {
  const database = new Database(file);
  try {
    const insert = database.prepare('INSERT OR REPLACE INTO fsm_state VALUES (?, ?, ?, NULL)');
    database.transaction(() => {
      for (const identifier of identifiers) insert.run(NAMESPACE, identifier, text);
    })();
    database.pragma('wal_checkpoint(TRUNCATE)');
  } finally {
    database.close();
  }
}

/** @param {string} file */
export async function bytesOfFile(file) {
  return statSync(file).size;
}
