import type {
  SqlValue,
  StatementResult,
  TypeOrmQueryRunner,
} from '../../src/backends/typeorm/dialect/typeorm-types.js';
import { OwnSqliteConnection } from '../../src/backends/typeorm/sqlite/connection.js';

/** A statement as it was sent. */
export interface Sent {
  readonly sql: string;
  readonly parameters: readonly SqlValue[];
}

/** Listens to what is sent through TypeORM's query runner, which still does it. */
export class ListeningConnection extends OwnSqliteConnection {
  readonly sent: Sent[] = [];
  /** Those of them that failed. */
  readonly refused: Sent[] = [];
  /** Called before a statement is sent; what it throws is the statement's failure. */
  beforeSending: (statement: Sent) => void = () => {};

  override async connect(): Promise<TypeOrmQueryRunner> {
    const runner = await super.connect();
    return {
      query: async (sql, parameters, structured): Promise<StatementResult> => {
        const statement = { sql, parameters };
        this.sent.push(statement);
        try {
          this.beforeSending(statement);
          return await runner.query(sql, parameters, structured);
        } catch (error) {
          this.refused.push(statement);
          throw error;
        }
      },
    };
  }
}
