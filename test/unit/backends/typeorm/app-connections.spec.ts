import { describe, expect, it } from '@jest/globals';
import { SUPPORTED_TYPES } from '../../../../src/backends/typeorm/app-connections.js';
import type { TypeOrmDataSource } from '../../../../src/backends/typeorm/dialect/typeorm-types.js';
import { TypeOrmStorage } from '../../../../src/backends/typeorm/typeorm.storage.js';

const BACKENDS = [
  ['sqlite', 'sqlite'],
  ['better-sqlite3', 'sqlite'],
  ['postgres', 'postgres'],
  ['mysql', 'mysql'],
  ['mariadb', 'mariadb'],
] as const;

/** Not connected: what a storage is called is known before. */
function dataSourceOf(type: string): TypeOrmDataSource {
  return {
    isInitialized: false,
    options: { type },
    createQueryRunner: () => {
      throw new Error('It is not to be used.');
    },
  };
}

describe("a storage over an app's DataSource", () => {
  it.each(BACKENDS)('of type %s has the backend name %s, as the storage with its own connection', (type, backend) => {
    expect(new TypeOrmStorage({ dataSource: dataSourceOf(type) }).backend).toBe(backend);
  });

  it('is named for every type there is', () => {
    expect(BACKENDS.map(([type]) => type).sort()).toEqual([...SUPPORTED_TYPES].sort());
  });
});
