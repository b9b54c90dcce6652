import sqlite3 from 'sqlite3';
import { bytesOfFile, databaseFile, seedFile } from '../sqlite-file.js';
import * as sql from '../sqlite-statements.js';
import { createUpdateLoop } from '../update-loop.js';
import { SMALL_TEXTS } from '../../workload/documents.js';

/**
 * A limit: prepared once, one commit an operation.
 * @type {import('../candidate.js').Candidate}
 */
export const rawSqlite3 = {
  id: 'sqlite3',
  role: 'limit',
  settings: `own prepared statements behind promises, one commit each; ${sql.DURABLE_SETTINGS}; JSON.stringify and JSON.parse`,
  async open(place) {
    const file = databaseFile(place);
    const database = await openDatabase(file);
    const rows = prepareRows(database);
    const select = database.prepare(sql.GET);
    const selectMany = database.prepare(sql.GET_MANY);
    const selectRange = database.prepare(sql.LIST);
    const clears = sql.CLEAR.map((statement) => database.prepare(statement));

    /** @type {NonNullable<import('../candidate.js').Store['get']>} */
    const get = async (identifier) => parseRow(await first(select, [sql.NAMESPACE, identifier, Date.now()]));
    const { compareAndSet } = rows;
    return {
      set: (identifier, document) => rows.set(identifier, document),
      setTtl: rows.set,
      get,
      compareAndSet,
      increment: (identifier) => rows.increment(identifier),
      incrementTtl: rows.increment,
      update: createUpdateLoop({ get, compareAndSet }),
      getMany: async (identifiers) => {
        /** @type {(import('../candidate.js').Document | null)[]} */
        const documents = identifiers.map(() => null);
        const found = await all(selectMany, [JSON.stringify(identifiers), sql.NAMESPACE, Date.now()]);
        for (const row of found) documents[row.position] = JSON.parse(row.state_json);
        return documents;
      },
      list: async (prefix) => {
        const found = await all(selectRange, [sql.NAMESPACE, prefix, sql.endOf(prefix), Date.now()]);
        return found.map(({ identifier }) => identifier);
      },
      clear: async () => {
        for (const statement of clears) await run(statement, [sql.NAMESPACE]);
      },
      seed: (identifiers) => seedFile(file, identifiers, SMALL_TEXTS.plain),
      usedBytes: () => bytesOfFile(file),
      close: () => closeDatabase(database, [select, selectMany, selectRange, ...clears, ...rows.statements]),
    };
  },
};

const ROWS = 512;

/**
 * The other limit: what the disk allows when one commit serves many rows.
 * @type {import('../candidate.js').Candidate}
 */
export const batchedSqlite3 = {
  id: `sqlite3 × ${ROWS}`,
  role: 'limit',
  settings: `own prepared statements in transactions of ${ROWS} rows, one after another; ${sql.DURABLE_SETTINGS}`,
  async open(place) {
    const database = await openDatabase(databaseFile(place));
    database.serialize(); // Or COMMIT could come before the rows.
    const rows = prepareRows(database);
    const select = database.prepare(sql.GET);
    /**
     * @template T
     * @param {readonly string[]} identifiers
     * @param {(identifier: string) => Promise<T>} change
     */
    const transaction = async (identifiers, change) => {
      database.run('BEGIN IMMEDIATE');
      const changes = identifiers.map(change);
      await execute(database, 'COMMIT');
      return Promise.all(changes);
    };
    return {
      get: async (identifier) => parseRow(await first(select, [sql.NAMESPACE, identifier, Date.now()])),
      bulk: {
        rows: ROWS,
        set: (identifiers, document) => transaction(identifiers, (each) => rows.set(each, document)),
        setTtl: (identifiers, document, seconds) =>
          transaction(identifiers, (each) => rows.set(each, document, seconds)),
        compareAndSet: async (identifiers, expected, next) =>
          (await transaction(identifiers, (each) => rows.compareAndSet(each, expected, next))).filter(Boolean).length,
        increment: (identifiers) => transaction(identifiers, (each) => rows.increment(each)),
      },
      close: () => closeDatabase(database, [select, ...rows.statements]),
    };
  },
};

/** @param {sqlite3.Database} database */
function prepareRows(database) {
  const upsert = database.prepare(sql.SET);
  const swap = database.prepare(sql.COMPARE_AND_SET);
  const add = database.prepare(sql.INCREMENT);
  return {
    statements: [upsert, swap, add],
    /** @type {(identifier: string, document: unknown, seconds?: number) => Promise<number>} */
    set: (identifier, document, seconds) =>
      run(upsert, [sql.NAMESPACE, identifier, JSON.stringify(document), sql.deadlineIn(seconds)]),
    /** @type {NonNullable<import('../candidate.js').Store['compareAndSet']>} */
    compareAndSet: async (identifier, expected, next) => {
      const texts = [JSON.stringify(next), sql.NAMESPACE, identifier, JSON.stringify(expected), Date.now()];
      return (await run(swap, texts)) === 1;
    },
    /** @type {(identifier: string, seconds?: number) => Promise<number>} */
    increment: async (identifier, seconds) => {
      // `all` runs to the end; `get` leaves a RETURNING half way.
      const [row] = await all(add, [sql.NAMESPACE, identifier, 1, sql.deadlineIn(seconds), Date.now()]);
      return row.value;
    },
  };
}

/**
 * @param {string} file
 * @returns {Promise<sqlite3.Database>}
 */
export async function openDatabase(file) {
  /** @type {sqlite3.Database} */
  const database = await new Promise((resolve, reject) => {
    const opened = new sqlite3.Database(file, (error) => (error ? reject(error) : resolve(opened)));
  });
  for (const statement of [...sql.DURABLE, ...sql.CREATE_TABLES]) await execute(database, statement);
  return database;
}

/**
 * @param {sqlite3.Database} database
 * @param {string} statement
 * @returns {Promise<void>}
 */
function execute(database, statement) {
  return new Promise((resolve, reject) => {
    database.run(statement, (error) => (error ? reject(error) : resolve()));
  });
}

/**
 * @param {sqlite3.Statement} statement
 * @param {readonly unknown[]} parameters
 * @returns {Promise<number>} how many rows were changed
 */
function run(statement, parameters) {
  return new Promise((resolve, reject) => {
    statement.run(parameters, function (error) {
      if (error) reject(error);
      else resolve(this.changes);
    });
  });
}

/**
 * @param {sqlite3.Statement} statement
 * @param {readonly unknown[]} parameters
 * @returns {Promise<any>}
 */
function first(statement, parameters) {
  return new Promise((resolve, reject) => {
    statement.all(parameters, (error, rows) => (error ? reject(error) : resolve(rows[0])));
  });
}

/**
 * @param {sqlite3.Statement} statement
 * @param {readonly unknown[]} parameters
 * @returns {Promise<any[]>}
 */
function all(statement, parameters) {
  return new Promise((resolve, reject) => {
    statement.all(parameters, (error, rows) => (error ? reject(error) : resolve(rows)));
  });
}

/** @param {any} row */
function parseRow(row) {
  return row === undefined ? null : JSON.parse(row.state_json);
}

/**
 * @param {sqlite3.Database} database
 * @param {readonly sqlite3.Statement[]} statements
 * @returns {Promise<void>}
 */
async function closeDatabase(database, statements) {
  for (const statement of statements) await new Promise((resolve) => statement.finalize(() => resolve(undefined)));
  await new Promise((resolve, reject) => database.close((error) => (error ? reject(error) : resolve(undefined))));
}
