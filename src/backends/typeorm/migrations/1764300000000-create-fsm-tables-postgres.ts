import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The tables of rule FMT-3 in Postgres. A released statement never changes: later changes are separate migrations. The
 * collation "C" compares texts by their bytes, whatever the database's default does (rule ID-2). Deadlines are whole
 * milliseconds, so that adding a ttl to the clock and comparing are exact; an index finds those that have passed.
 * @param prefix - a schema and a dot, quoted; '' for the first schema of the `search_path`
 */
export function createFsmTablesPostgres(prefix = ''): readonly string[] {
  return [
    `CREATE TABLE IF NOT EXISTS ${prefix}"fsm_state" (
      "namespace" text COLLATE "C" NOT NULL, "identifier" text COLLATE "C" NOT NULL,
      "state_json" text NOT NULL, "expires_at" bigint,
      CONSTRAINT "fsm_state_pkey" PRIMARY KEY ("namespace", "identifier"))`,
    `CREATE INDEX IF NOT EXISTS "fsm_state_expires_at" ON ${prefix}"fsm_state" ("expires_at")`,
    `CREATE TABLE IF NOT EXISTS ${prefix}"fsm_counter" (
      "namespace" text COLLATE "C" NOT NULL, "identifier" text COLLATE "C" NOT NULL,
      "value" bigint NOT NULL, "expires_at" bigint,
      CONSTRAINT "fsm_counter_pkey" PRIMARY KEY ("namespace", "identifier"))`,
    `CREATE INDEX IF NOT EXISTS "fsm_counter_expires_at" ON ${prefix}"fsm_counter" ("expires_at")`,
  ];
}

/**
 * Makes the tables in Postgres, for apps that run migrations; use it with `schema: 'verify'`. It changes nothing if the
 * tables exist.
 *
 * @example
 * ```ts
 * import { createFsmEntities, CreateFsmTablesPostgres1764300000000 } from 'nestjs-fsm-storage/typeorm';
 * import { DataSource } from 'typeorm';
 *
 * export default new DataSource({
 *   type: 'postgres',
 *   url: 'postgres://app@127.0.0.1/app',
 *   entities: [...createFsmEntities('postgres')],
 *   migrations: [CreateFsmTablesPostgres1764300000000],
 * });
 * ```
 */
export class CreateFsmTablesPostgres1764300000000 implements MigrationInterface {
  /** The name under which TypeORM records the migration; it ends with a timestamp. */
  readonly name = 'CreateFsmTablesPostgres1764300000000';

  /** Creates tables and indexes, in the DataSource's schema. */
  async up(queryRunner: QueryRunner): Promise<void> {
    for (const statement of createFsmTablesPostgres(schemaPrefix(queryRunner))) await queryRunner.query(statement);
  }

  /** Drops both tables with their content. */
  async down(queryRunner: QueryRunner): Promise<void> {
    const prefix = schemaPrefix(queryRunner);
    await queryRunner.query(`DROP TABLE IF EXISTS ${prefix}"fsm_counter"`);
    await queryRunner.query(`DROP TABLE IF EXISTS ${prefix}"fsm_state"`);
  }
}

/** The option `schema` of a DataSource, which TypeORM's statements also use. */
function schemaPrefix({ connection }: QueryRunner): string {
  const schema: unknown = Reflect.get(connection.options, 'schema');
  return typeof schema === 'string' ? `"${schema.replaceAll('"', '""')}".` : '';
}
