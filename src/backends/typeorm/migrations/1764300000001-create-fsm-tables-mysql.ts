import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The collation that compares byte by byte and lets a space at the end count (rule ID-2), by the name it has on the
 * server that reads the statement: each of the two takes the other's half for a comment.
 */
const EXACT_TEXT = 'CHARACTER SET utf8mb4 COLLATE /*!80017 utf8mb4_0900_bin *//*M! utf8mb4_nopad_bin */';

/** Four bytes a character is what an index reckons with: 2304 of the 3072 that this row format allows. */
const ENGINE = 'ENGINE=InnoDB ROW_FORMAT=DYNAMIC';

/**
 * The tables of rule FMT-3 in MySQL and MariaDB. No statement here changes once it is released: what comes later is a
 * migration of its own. A state is a `longtext`: in a `text` its 64 KiB would not fit.
 */
export const CREATE_FSM_TABLES_MYSQL: readonly string[] = [
  `CREATE TABLE IF NOT EXISTS fsm_state (
    namespace varchar(64) ${EXACT_TEXT} NOT NULL, identifier varchar(512) ${EXACT_TEXT} NOT NULL,
    state_json longtext ${EXACT_TEXT} NOT NULL, expires_at bigint NULL,
    PRIMARY KEY (namespace, identifier), KEY fsm_state_expires_at (expires_at)) ${ENGINE}`,
  `CREATE TABLE IF NOT EXISTS fsm_counter (
    namespace varchar(64) ${EXACT_TEXT} NOT NULL, identifier varchar(512) ${EXACT_TEXT} NOT NULL,
    value bigint NOT NULL, expires_at bigint NULL,
    PRIMARY KEY (namespace, identifier), KEY fsm_counter_expires_at (expires_at)) ${ENGINE}`,
];

/**
 * Makes the tables in MySQL or MariaDB, for teams whose own migrations run over the DataSource; use `schema: 'verify'`
 * beside it. Where the tables are there already it changes nothing.
 *
 * @example
 * ```ts
 * import { CreateFsmTablesMysql1764300000001 } from 'nestjs-fsm-storage/typeorm';
 * import { DataSource } from 'typeorm';
 *
 * export default new DataSource({
 *   type: 'mariadb',
 *   url: 'mysql://app@127.0.0.1/app',
 *   migrations: [CreateFsmTablesMysql1764300000001],
 * });
 * ```
 */
export class CreateFsmTablesMysql1764300000001 implements MigrationInterface {
  /** Under which TypeORM records it; ends in its timestamp. */
  readonly name = 'CreateFsmTablesMysql1764300000001';

  /** Creates tables and indexes. */
  async up(queryRunner: QueryRunner): Promise<void> {
    for (const statement of CREATE_FSM_TABLES_MYSQL) await queryRunner.query(statement);
  }

  /** Drops both tables with everything in them. */
  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE IF EXISTS fsm_counter');
    await queryRunner.query('DROP TABLE IF EXISTS fsm_state');
  }
}
