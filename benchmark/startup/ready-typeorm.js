/** From importing TypeORM to an initialized DataSource of the same tables on a new file, in an app that has imported Nest. */
import 'reflect-metadata';
import '@nestjs/common';
import '@nestjs/core';
import { report } from './probe.js';

const startedAt = performance.now();
const { DataSource, EntitySchema } = await import('typeorm');

const key = /** @type {const} */ ({ type: 'text', primary: true });
const deadline = /** @type {const} */ ({ type: 'integer', nullable: true });
const dataSource = new DataSource({
  type: 'better-sqlite3',
  database: process.argv[2] ?? '',
  entities: [
    createEntity('fsm_state', { namespace: key, identifier: key, state_json: { type: 'text' }, expires_at: deadline }),
    createEntity('fsm_counter', { namespace: key, identifier: key, value: { type: 'integer' }, expires_at: deadline }),
  ],
  synchronize: true,
});
await dataSource.initialize();
await dataSource.query('SELECT 1 FROM fsm_state LIMIT 1');
report(startedAt);
await dataSource.destroy();

/**
 * @param {string} name
 * @param {import('typeorm').EntitySchemaOptions<any>['columns']} columns
 */
function createEntity(name, columns) {
  return new EntitySchema({ name, tableName: name, columns, indices: [{ columns: ['expires_at'] }] });
}
