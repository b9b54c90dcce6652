import Database from 'better-sqlite3';
import { bytesOfFile, databaseFile, seedFile } from '../sqlite-file.js';
import * as sql from '../sqlite-statements.js';
import { createUpdateLoop } from '../update-loop.js';
import { SMALL_TEXTS } from '../../workload/documents.js';

/**
 * A limit: prepared once, one commit per operation.
 * @type {import('../candidate.js').Candidate}
 */
export const rawBetterSqlite3 = {
  id: 'better-sqlite3',
  role: 'limit',
  settings: `own prepared statements behind async functions, one commit each; ${sql.DURABLE_SETTINGS}; JSON.stringify and JSON.parse`,
  async open(place) {
    const file = databaseFile(place);
    const database = openDatabase(file);
    const rows = prepareRows(database);
    const select = database.prepare(sql.GET);
    const selectMany = database.prepare(sql.GET_MANY);
    const selectRange = database.prepare(sql.LIST);

    /** @param {string} identifier */
    const get = async (identifier) => {
      const row = /** @type {any} */ (select.get(sql.NAMESPACE, identifier, Date.now()));
      return row === undefined ? null : JSON.parse(row.state_json);
    };
    /** @type {NonNullable<import('../candidate.js').Store['compareAndSet']>} */
    const compareAndSet = async (identifier, expected, next) => rows.compareAndSet(identifier, expected, next);
    return {
      set: async (identifier, document) => rows.set(identifier, document),
      setTtl: async (identifier, document, seconds) => rows.set(identifier, document, seconds),
      get,
      compareAndSet,
      increment: async (identifier) => rows.increment(identifier),
      incrementTtl: async (identifier, seconds) => rows.increment(identifier, seconds),
      update: createUpdateLoop({ get, compareAndSet }),
      getMany: async (identifiers) => {
        /** @type {(import('../candidate.js').Document | null)[]} */
        const documents = identifiers.map(() => null);
        const found = selectMany.all(JSON.stringify(identifiers), sql.NAMESPACE, Date.now());
        for (const row of /** @type {any[]} */ (found)) documents[row.position] = JSON.parse(row.state_json);
        return documents;
      },
      list: async (prefix) => {
        const found = selectRange.all(sql.NAMESPACE, prefix, sql.endOf(prefix), Date.now());
        return /** @type {any[]} */ (found).map(({ identifier }) => identifier);
      },
      clear: async () => clear(database),
      seed: (identifiers) => seedFile(file, identifiers, SMALL_TEXTS.plain),
      usedBytes: () => bytesOfFile(file),
      close: () => void database.close(),
    };
  },
};

/**
 * The other limit: the disk's limit when many rows share one commit.
 * @param {number} rowsOfCommit
 * @returns {import('../candidate.js').Candidate}
 */
export function batchedBetterSqlite3(rowsOfCommit) {
  return {
    id: `better-sqlite3 × ${rowsOfCommit}`,
    role: 'limit',
    settings: `own prepared statements in transactions of ${rowsOfCommit} rows, one after another; ${sql.DURABLE_SETTINGS}`,
    async open(place) {
      const database = openDatabase(databaseFile(place));
      const rows = prepareRows(database);
      /**
       * @template T
       * @param {() => T} work
       */
      const transaction = (work) => database.transaction(work)();
      const select = database.prepare(sql.GET);
      return {
        get: async (identifier) => {
          const row = /** @type {any} */ (select.get(sql.NAMESPACE, identifier, Date.now()));
          return row === undefined ? null : JSON.parse(row.state_json);
        },
        bulk: {
          rows: rowsOfCommit,
          set: async (identifiers, document) =>
            transaction(() => identifiers.forEach((each) => rows.set(each, document))),
          setTtl: async (identifiers, document, seconds) =>
            transaction(() => identifiers.forEach((each) => rows.set(each, document, seconds))),
          compareAndSet: async (identifiers, expected, next) =>
            transaction(() => identifiers.filter((each) => rows.compareAndSet(each, expected, next)).length),
          increment: async (identifiers) => transaction(() => identifiers.map((each) => rows.increment(each))),
        },
        close: () => void database.close(),
      };
    },
  };
}

/** @param {string} file */
function openDatabase(file) {
  const database = new Database(file);
  for (const statement of [...sql.DURABLE, ...sql.CREATE_TABLES]) database.exec(statement);
  return database;
}

/**
 * The writes of one row each, inside or outside of a transaction.
 * @param {import('better-sqlite3').Database} database
 */
function prepareRows(database) {
  const upsert = database.prepare(sql.SET);
  const swap = database.prepare(sql.COMPARE_AND_SET);
  const add = database.prepare(sql.INCREMENT).pluck();
  return {
    /** @type {(identifier: string, document: unknown, seconds?: number) => void} */
    set: (identifier, document, seconds) =>
      void upsert.run(sql.NAMESPACE, identifier, JSON.stringify(document), sql.deadlineIn(seconds)),
    /** @type {(identifier: string, expected: unknown, next: unknown) => boolean} */
    compareAndSet: (identifier, expected, next) =>
      swap.run(JSON.stringify(next), sql.NAMESPACE, identifier, JSON.stringify(expected), Date.now()).changes === 1,
    /** @type {(identifier: string, seconds?: number) => number} */
    // `all` runs to the end; `get` stops a RETURNING halfway and commits at half the speed.
    increment: (identifier, seconds) =>
      Number(add.all(sql.NAMESPACE, identifier, 1, sql.deadlineIn(seconds), Date.now())[0]),
  };
}

/** @param {import('better-sqlite3').Database} database */
function clear(database) {
  database.transaction(() => {
    for (const statement of sql.CLEAR) database.prepare(statement).run(sql.NAMESPACE);
  })();
}
