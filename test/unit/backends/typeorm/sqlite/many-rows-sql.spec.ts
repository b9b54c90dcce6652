import { describe, expect, it } from '@jest/globals';
import { ManyRowsSql } from '../../../../../src/backends/typeorm/sqlite/fragments.js';
import { times } from '../../../../support/sqlite-batches.js';

const pairs = new ManyRowsSql<[string, number]>({
  columns: 2,
  valuesOf: (row) => row,
  toSql: (rows) => `SELECT * FROM ${rows} WHERE column2 > ?`,
});

describe('many rows in one statement', () => {
  it('binds every value, and behind them what follows in the text', () => {
    expect(pairs.bind([['a', 1]], [7])).toEqual({
      sql: 'SELECT * FROM (SELECT * FROM (VALUES (?,?)) WHERE column1 IS NOT NULL) WHERE column2 > ?',
      parameters: ['a', 1, 7],
    });
  });

  it('fills up to the next power of two, so that few texts are ever prepared', () => {
    const rows = times(512, (index): [string, number] => [`k${index}`, index]);
    const statements = times(512, (index) => pairs.bind(rows.slice(0, index + 1), [7]));
    expect(new Set(statements.map(({ sql }) => sql)).size).toBe(10);
    for (const { sql, parameters } of statements) expect(parameters).toHaveLength(sql.split('?').length - 1);
    expect(statements[2]?.parameters).toEqual(['k0', 0, 'k1', 1, 'k2', 2, null, null, 7]);
  });
});
