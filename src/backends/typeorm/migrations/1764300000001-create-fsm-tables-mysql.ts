import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The collation that compares byte by byte, spaces at the end included (rule ID-2). Its name differs between the two
 * servers: each of them reads the other's name as a comment.
 */
const EXACT_TEXT = 'CHARACTER SET utf8mb4 COLLATE /*!80017 utf8mb4_0900_bin *//*M! utf8mb4_nopad_bin */';

/** An index reserves four bytes per character: 2304 of the 3072 that this row format allows. */
const ENGINE = 'ENGINE=InnoDB ROW_FORMAT=DYNAMIC';

/**
 * The tables of rule FMT-3 in MySQL and MariaDB. A released statement never changes: later changes are separate
 * migrations. A state is a `longtext`, because a `text` holds only 64 KiB.
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
 * Makes the tables in MySQL or MariaDB, for apps that run migrations; use it with `schema: 'verify'`. It changes nothing if
 * the tables exist.
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
  /** The name under which TypeORM records the migration; it ends with a timestamp. */
  readonly name = 'CreateFsmTablesMysql1764300000001';

  /** Creates tables and indexes. */
  async up(queryRunner: QueryRunner): Promise<void> {
    for (const statement of CREATE_FSM_TABLES_MYSQL) await queryRunner.query(statement);
  }

  /** Drops both tables with their content. */
  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE IF EXISTS fsm_counter');
    await queryRunner.query('DROP TABLE IF EXISTS fsm_state');
  }
}
