import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The tables of rule FMT-3 in SQLite. No statement here changes once it is released: what comes later is a migration of
 * its own. Counters are small and lie in their primary key; states may be large, which a table WITHOUT ROWID is slow
 * with.
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
 * Makes the tables, for teams whose own migrations run over the DataSource; use `schema: 'verify'` beside it. Where the
 * tables are there already it changes nothing.
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
  /** Under which TypeORM records it; ends in its timestamp. */
  readonly name = 'CreateFsmTables1763900000000';

  /** Creates tables and indexes. */
  async up(queryRunner: QueryRunner): Promise<void> {
    for (const statement of CREATE_FSM_TABLES) await queryRunner.query(statement);
  }

  /** Drops both tables with everything in them. */
  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE IF EXISTS "fsm_counter"');
    await queryRunner.query('DROP TABLE IF EXISTS "fsm_state"');
  }
}
