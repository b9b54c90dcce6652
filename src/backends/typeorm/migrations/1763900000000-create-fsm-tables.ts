import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The tables of rule FMT-3 in SQLite. A released statement never changes: later changes are separate migrations. Counters
 * are small and are stored in their primary key; states may be large, with which a table WITHOUT ROWID is slow.
 */
export const CREATE_FSM_TABLES: readonly string[] = [
  `CREATE TABLE IF NOT EXISTS "fsm_state" (
    "namespace" text NOT NULL, "identifier" text NOT NULL,
    "state_json" text NOT NULL, "expires_at" integer,
    PRIMARY KEY ("namespace", "identifier"))`,
  `CREATE INDEX IF NOT EXISTS "fsm_state_expires_at" ON "fsm_state" ("expires_at")`,
  `CREATE TABLE IF NOT EXISTS "fsm_counter" (
    "namespace" text NOT NULL, "identifier" text NOT NULL,
    "value" integer NOT NULL, "expires_at" integer,
    PRIMARY KEY ("namespace", "identifier")) WITHOUT ROWID`,
  `CREATE INDEX IF NOT EXISTS "fsm_counter_expires_at" ON "fsm_counter" ("expires_at")`,
];

/**
 * Makes the tables in SQLite, for apps that run migrations; use it with `schema: 'verify'`. It changes nothing if the
 * tables exist.
 *
 * @example
 * ```ts
 * import { CreateFsmTables1763900000000, FsmCounterEntity, FsmStateEntity } from 'nestjs-fsm-storage/typeorm';
 * import { DataSource } from 'typeorm';
 *
 * export default new DataSource({
 *   type: 'better-sqlite3',
 *   database: 'app.db',
 *   entities: [FsmStateEntity, FsmCounterEntity],
 *   migrations: [CreateFsmTables1763900000000],
 * });
 * ```
 */
export class CreateFsmTables1763900000000 implements MigrationInterface {
  /** The name under which TypeORM records the migration; it ends with a timestamp. */
  readonly name = 'CreateFsmTables1763900000000';

  /** Creates tables and indexes. */
  async up(queryRunner: QueryRunner): Promise<void> {
    for (const statement of CREATE_FSM_TABLES) await queryRunner.query(statement);
  }

  /** Drops both tables with their content. */
  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE IF EXISTS "fsm_counter"');
    await queryRunner.query('DROP TABLE IF EXISTS "fsm_state"');
  }
}
