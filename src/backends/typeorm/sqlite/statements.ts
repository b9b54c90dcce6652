import type { EntryKind } from '../../../contract/storage-driver.js';
import type {
  BatchCommand,
  ClearingByBatches,
  Dialect,
  ExpiryRow,
  KeyRow,
  ManyRow,
  OnLive,
  SqlCommand,
  StateRow,
  SwapRow,
} from '../dialect/dialect.js';
import { isLiveRow, standardStatements, TABLES, VALUE_COLUMNS } from '../dialect/standard-statements.js';
import { affectedAnyRow, affectedRows, columnValue, storedValue } from '../dialect/typeorm-types.js';
import { IS_LIVE, ManyRowsSql, matchByKey, newDeadline, RETURNING_KEY, SYNTAX } from './fragments.js';

const AT_KEY = 'namespace = ? AND identifier = ?';

type SqliteStatements = Omit<Dialect, 'createSchema' | 'verifyTable' | 'increment'>;

/** SQLite's commands. To most of the standard ones it adds a batch: one statement for many entries. */
export function createStatements(): SqliteStatements {
  const standard = standardStatements(SYNTAX);
  const { read, remove, replaceIfEqual } = standard;
  return {
    ...standard,
    read: {
      state: { ...read.state, batch: createReadBatch('state') },
      counter: { ...read.counter, batch: createReadBatch('counter') },
    },
    readMany,
    readBytes,
    write: { replace: createWrite('replace'), keep: createWrite('keep') },
    insertIfAbsent,
    // `removeIfEqual` has no batch: only an `update` that removes uses it.
    replaceIfEqual: {
      replace: { ...replaceIfEqual.replace, batch: createReplaceIfEqualBatch('replace') },
      keep: { ...replaceIfEqual.keep, batch: createReplaceIfEqualBatch('keep') },
    },
    remove: {
      state: { ...remove.state, batch: createRemoveBatch('state') },
      counter: { ...remove.counter, batch: createRemoveBatch('counter') },
    },
    writeTtl: {
      state: { ...standard.writeTtl.state, batch: createWriteTtlBatch('state') },
      counter: { ...standard.writeTtl.counter, batch: createWriteTtlBatch('counter') },
    },
    clearing: { by: 'batches', batch: clearBatch },
    sweepBatch,
  };
}

/** Reads many entries at once; a key may be read by several callers. */
function createReadBatch(kind: EntryKind): BatchCommand<KeyRow, unknown> {
  const name = VALUE_COLUMNS[kind];
  const sql = `SELECT wanted.key AS position, ${TABLES[kind]}.${name} AS ${name}
    FROM json_each(?) AS wanted CROSS JOIN ${TABLES[kind]}
    ON namespace = wanted.value ->> 0 AND identifier = wanted.value ->> 1 WHERE ${IS_LIVE}`;
  return {
    statement: (rows, now) => ({
      sql,
      parameters: [JSON.stringify(rows.map(({ key }) => [key.namespace, key.identifier])), now],
      read: ({ records }) => inOrder(records, rows.length, name),
    }),
    keyOf: ({ key }) => key,
    lengthOf: () => 0,
    merge: (earlier) => earlier,
    resultOf: (result) => result,
  };
}

const READ_MANY = `SELECT wanted.key AS position, state_json FROM json_each(?) AS wanted
  CROSS JOIN fsm_state ON namespace = ? AND identifier = wanted.value WHERE ${IS_LIVE}`;

const readMany: SqlCommand<ManyRow, readonly unknown[]> = {
  single: ({ namespace, identifiers }, now) => ({
    sql: READ_MANY,
    parameters: [JSON.stringify(identifiers), namespace, now],
    read: ({ records }) => inOrder(records, identifiers.length, 'state_json'),
  }),
};

function inOrder(records: readonly unknown[], length: number, name: string): readonly unknown[] {
  const values: unknown[] = new Array(length).fill(null);
  for (const row of records) values[Number(columnValue(row, 'position'))] = storedValue(row, name);
  return values;
}

const READ_BYTES = `SELECT hex(state_json) AS bytes FROM fsm_state WHERE ${AT_KEY} AND ${IS_LIVE}`;

/** As hexadecimal, because a driver would decode the text. */
const readBytes: SqlCommand<KeyRow, Uint8Array | null> = {
  single: ({ key }, now) => ({
    sql: READ_BYTES,
    parameters: [key.namespace, key.identifier, now],
    read: ({ records }) => {
      return records.length === 0 ? null : Buffer.from(String(columnValue(records[0], 'bytes')), 'hex');
    },
  }),
};

const INSERT = 'INSERT INTO fsm_state (namespace, identifier, state_json, expires_at)';
const ON_CONFLICT = 'ON CONFLICT (namespace, identifier) DO UPDATE SET state_json = excluded.state_json, expires_at =';

const STATE_COLUMNS = {
  columns: 4,
  valuesOf: ({ key, state, expiresAt }: StateRow) => [key.namespace, key.identifier, state, expiresAt],
};

/** Of two writes to one key in one batch the later text stays, and under `keep` the first deadline. */
function createWrite(onLive: OnLive): SqlCommand<StateRow, void> {
  const deadline = newDeadline('fsm_state', onLive);
  const update = `${ON_CONFLICT} ${deadline.sql}`;
  const single = `${INSERT} VALUES (?, ?, ?, ?) ${update}`;
  const batch = new ManyRowsSql({
    ...STATE_COLUMNS,
    toSql: (rows) => `${INSERT} SELECT * FROM ${rows} WHERE true ${update}`,
  });
  return {
    single: ({ key, state, expiresAt }, now) => ({
      sql: single,
      parameters: [key.namespace, key.identifier, state, expiresAt, ...deadline.parameters(now)],
      read: () => undefined,
    }),
    batch: {
      statement: (rows, now) => ({
        ...batch.bind(rows, deadline.parameters(now)),
        read: () => rows.map(() => undefined),
      }),
      keyOf: ({ key }) => key,
      lengthOf: ({ state }) => state.length,
      merge: (earlier, later, now) => {
        if (onLive === 'replace') return later;
        return isExpired(earlier, now) ? undefined : { ...earlier, state: later.state };
      },
      resultOf: () => undefined,
    },
  };
}

/** Whether a row's deadline passed while it was queued. The next command on its key must not find it. */
export function isExpired({ expiresAt }: ExpiryRow, now: number): boolean {
  return expiresAt !== null && expiresAt <= now;
}

const INSERT_SINGLE = `${INSERT} VALUES (?, ?, ?, ?) ${ON_CONFLICT} excluded.expires_at WHERE fsm_state.expires_at <= ?`;
const INSERT_BATCH = new ManyRowsSql({
  ...STATE_COLUMNS,
  toSql: (rows) => `
    ${INSERT} SELECT * FROM ${rows} WHERE true
    ${ON_CONFLICT} excluded.expires_at WHERE fsm_state.expires_at <= ? ${RETURNING_KEY}`,
});

const insertIfAbsent: SqlCommand<StateRow, boolean> = {
  single: ({ key, state, expiresAt }, now) => ({
    sql: INSERT_SINGLE,
    parameters: [key.namespace, key.identifier, state, expiresAt, now],
    read: affectedAnyRow,
  }),
  batch: createChangeBatch(INSERT_BATCH, ({ state }) => state.length),
};

function createReplaceIfEqualBatch(onLive: OnLive): BatchCommand<SwapRow, boolean> {
  const deadline = onLive === 'keep' ? '' : ', expires_at = wanted.column4';
  const sql = new ManyRowsSql<SwapRow>({
    columns: 5,
    valuesOf: ({ key, state, expiresAt, expected }) => [key.namespace, key.identifier, state, expiresAt, expected],
    toSql: (rows) => `
      UPDATE fsm_state SET state_json = wanted.column3${deadline}
      FROM ${rows} AS wanted
      WHERE fsm_state.namespace = wanted.column1 AND fsm_state.identifier = wanted.column2
        AND state_json = wanted.column5 AND ${IS_LIVE} ${RETURNING_KEY}`,
  });
  return createChangeBatch(sql, ({ state, expected }) => state.length + expected.length);
}

function createRemoveBatch(kind: EntryKind): BatchCommand<KeyRow, boolean> {
  const sql = new ManyRowsSql<KeyRow>({
    columns: 2,
    valuesOf: ({ key }) => [key.namespace, key.identifier],
    toSql: (rows) => `
      DELETE FROM ${TABLES[kind]} WHERE (namespace, identifier) IN ${rows} AND ${IS_LIVE} ${RETURNING_KEY}`,
  });
  return createChangeBatch(sql, () => 0);
}

function createWriteTtlBatch(kind: EntryKind): BatchCommand<ExpiryRow, boolean> {
  const table = TABLES[kind];
  const sql = new ManyRowsSql<ExpiryRow>({
    columns: 3,
    valuesOf: ({ key, expiresAt }) => [key.namespace, key.identifier, expiresAt],
    toSql: (rows) => `
      UPDATE ${table} SET expires_at = wanted.column3 FROM ${rows} AS wanted
      WHERE ${table}.namespace = wanted.column1 AND ${table}.identifier = wanted.column2
        AND ${IS_LIVE} ${RETURNING_KEY}`,
  });
  return createChangeBatch(sql, () => 0);
}

/** A batch that returns which rows it changed. Two commands on one key never share a statement. */
function createChangeBatch<Row extends KeyRow>(
  sql: ManyRowsSql<Row>,
  lengthOf: (row: Row) => number,
): BatchCommand<Row, boolean> {
  return {
    statement: (rows, now) => ({
      ...sql.bind(rows, [now]),
      read: ({ records }) => matchByKey(rows, records).map((record) => record !== undefined),
    }),
    keyOf: ({ key }) => key,
    lengthOf,
    merge: () => undefined,
    resultOf: (result) => result,
  };
}

const CLEAR = { state: clearSql('state'), counter: clearSql('counter') };

function clearSql(kind: EntryKind): string {
  return `
    DELETE FROM ${TABLES[kind]} WHERE namespace = ? AND identifier IN
      (SELECT identifier FROM ${TABLES[kind]} WHERE namespace = ? LIMIT ?)
    RETURNING ${IS_LIVE} AS is_live`;
}

const clearBatch: ClearingByBatches['batch'] = {
  single: ({ namespace, kind, limit }, now) => ({
    sql: CLEAR[kind],
    parameters: [namespace, namespace, limit, now],
    read: ({ records }) => ({ found: records.length, live: records.filter(isLiveRow).length }),
  }),
};

const SWEEP = { state: sweepSql('state'), counter: sweepSql('counter') };

function sweepSql(kind: EntryKind): string {
  return `DELETE FROM ${TABLES[kind]} WHERE (namespace, identifier) IN
    (SELECT namespace, identifier FROM ${TABLES[kind]} WHERE expires_at <= ? LIMIT ?)`;
}

const sweepBatch: Dialect['sweepBatch'] = {
  single: ({ kind, limit }, now) => ({ sql: SWEEP[kind], parameters: [now, limit], read: affectedRows }),
};
