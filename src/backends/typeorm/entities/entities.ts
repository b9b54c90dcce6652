import type { EntitySchema } from 'typeorm';

/** A row of `fsm_state` (rule FMT-3). */
export interface FsmStateRow {
  /** The namespace of the storage. */
  namespace: string;
  /** The identifier within the namespace. */
  identifier: string;
  /** The state as canonical JSON (rule FMT-1). */
  state_json: string;
  /** Epoch milliseconds of the deadline; null: never expires. An expired row is absent, swept or not. */
  expires_at: number | null;
}

/** A row of `fsm_counter` (rule FMT-3). */
export interface FsmCounterRow {
  /** The namespace of the storage. */
  namespace: string;
  /** The identifier within the namespace. */
  identifier: string;
  /** The total. */
  value: number;
  /** Epoch milliseconds of the deadline; null: never expires. */
  expires_at: number | null;
}

/**
 * The table of states as a TypeORM entity for SQLite: list it in the `entities` of a DataSource, so that `synchronize` and
 * generated migrations know the table. Use the entity only to read; write through the storage.
 *
 * It is a schema in plain data, which TypeORM recognizes by the `@instanceof` property: it needs no import of TypeORM, and
 * works with any copy and major version of it.
 */
export const FsmStateEntity: EntitySchema<FsmStateRow> = {
  '@instanceof': Symbol.for('EntitySchema'),
  options: {
    name: 'FsmState',
    tableName: 'fsm_state',
    columns: {
      namespace: { type: 'text', primary: true },
      identifier: { type: 'text', primary: true },
      state_json: { type: 'text' },
      expires_at: { type: 'integer', nullable: true },
    },
    indices: [{ name: 'fsm_state_expires_at', columns: ['expires_at'] }],
  },
};

/** The table of counters as a TypeORM entity for SQLite; see {@link FsmStateEntity}. */
export const FsmCounterEntity: EntitySchema<FsmCounterRow> = {
  '@instanceof': Symbol.for('EntitySchema'),
  options: {
    name: 'FsmCounter',
    tableName: 'fsm_counter',
    withoutRowid: true,
    columns: {
      namespace: { type: 'text', primary: true },
      identifier: { type: 'text', primary: true },
      value: { type: 'integer' },
      expires_at: { type: 'integer', nullable: true },
    },
    indices: [{ name: 'fsm_counter_expires_at', columns: ['expires_at'] }],
  },
};

/** Both tables as entities of one database. */
export type FsmEntities = readonly [state: EntitySchema<FsmStateRow>, counter: EntitySchema<FsmCounterRow>];

/**
 * The tables as TypeORM entities, with the column types of your DataSource's type; for its `entities`, like
 * {@link FsmStateEntity}.
 *
 * @example
 * ```ts
 * import { createFsmEntities } from 'nestjs-fsm-storage/typeorm';
 * import { DataSource } from 'typeorm';
 *
 * const [FsmState, FsmCounter] = createFsmEntities('postgres');
 * export default new DataSource({ type: 'postgres', url: 'postgres://app@127.0.0.1/app', entities: [FsmState, FsmCounter] });
 * ```
 */
export function createFsmEntities(type: 'sqlite' | 'better-sqlite3' | 'postgres' | 'mysql' | 'mariadb'): FsmEntities {
  switch (type) {
    case 'postgres':
      return createPostgresEntities();
    case 'mysql':
      return createMysqlEntities('utf8mb4_0900_bin');
    case 'mariadb':
      return createMysqlEntities('utf8mb4_nopad_bin');
    case 'sqlite':
    case 'better-sqlite3':
      return [FsmStateEntity, FsmCounterEntity];
  }
}

/** `pg` and `mysql2` return a bigint as text. All of these are safe integers. */
const AS_NUMBER = {
  to: (value: number | null) => value,
  from: (value: unknown) => (value === null ? null : Number(value)),
};

function createPostgresEntities(): FsmEntities {
  const keyColumn = { type: 'text', primary: true, collation: 'C' } as const;
  const expiresAt = { type: 'bigint', nullable: true, transformer: AS_NUMBER } as const;
  return [
    {
      '@instanceof': Symbol.for('EntitySchema'),
      options: {
        name: 'FsmState',
        tableName: 'fsm_state',
        columns: {
          namespace: { ...keyColumn, primaryKeyConstraintName: 'fsm_state_pkey' },
          identifier: { ...keyColumn, primaryKeyConstraintName: 'fsm_state_pkey' },
          state_json: { type: 'text' },
          expires_at: expiresAt,
        },
        indices: [{ name: 'fsm_state_expires_at', columns: ['expires_at'] }],
      },
    },
    {
      '@instanceof': Symbol.for('EntitySchema'),
      options: {
        name: 'FsmCounter',
        tableName: 'fsm_counter',
        columns: {
          namespace: { ...keyColumn, primaryKeyConstraintName: 'fsm_counter_pkey' },
          identifier: { ...keyColumn, primaryKeyConstraintName: 'fsm_counter_pkey' },
          value: { type: 'bigint', transformer: AS_NUMBER },
          expires_at: expiresAt,
        },
        indices: [{ name: 'fsm_counter_expires_at', columns: ['expires_at'] }],
      },
    },
  ];
}

/** @param collation - the server's name of the collation that compares byte by byte, spaces at the end included */
function createMysqlEntities(collation: string): FsmEntities {
  const text = { charset: 'utf8mb4', collation } as const;
  const namespace = { type: 'varchar', length: 64, primary: true, ...text } as const;
  const identifier = { type: 'varchar', length: 512, primary: true, ...text } as const;
  const expiresAt = { type: 'bigint', nullable: true, transformer: AS_NUMBER } as const;
  return [
    {
      '@instanceof': Symbol.for('EntitySchema'),
      options: {
        name: 'FsmState',
        tableName: 'fsm_state',
        columns: { namespace, identifier, state_json: { type: 'longtext', ...text }, expires_at: expiresAt },
        indices: [{ name: 'fsm_state_expires_at', columns: ['expires_at'] }],
      },
    },
    {
      '@instanceof': Symbol.for('EntitySchema'),
      options: {
        name: 'FsmCounter',
        tableName: 'fsm_counter',
        columns: { namespace, identifier, value: { type: 'bigint', transformer: AS_NUMBER }, expires_at: expiresAt },
        indices: [{ name: 'fsm_counter_expires_at', columns: ['expires_at'] }],
      },
    },
  ];
}
