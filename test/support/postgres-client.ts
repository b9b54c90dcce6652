import { createRequire } from 'node:module';

/** A row as `pg` gives it. */
export type Row = Readonly<Record<string, unknown>>;

/** The part of `pg`'s Client that tests use; the package brings no types. */
export interface PostgresClient {
  connect(): Promise<void>;
  query(
    sql: string,
    parameters?: readonly unknown[],
  ): Promise<{ readonly rows: Row[]; readonly rowCount: number | null }>;
  end(): Promise<void>;
  on(event: 'error', listener: (error: Error) => void): void;
}

const pg = createRequire(import.meta.url)('pg') as {
  readonly Client: new (options: { connectionString: string; connectionTimeoutMillis?: number }) => PostgresClient;
};

/** A client that is not connected yet; one whose connection breaks ends nothing. */
export function createClient(url: string): PostgresClient {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5000 });
  client.on('error', () => {});
  return client;
}

/** A connected client. */
export async function connectTo(url: string): Promise<PostgresClient> {
  const client = createClient(url);
  await client.connect();
  return client;
}

/** Runs one statement on its own connection. */
export async function askPostgres(url: string, sql: string, parameters: readonly unknown[] = []): Promise<Row[]> {
  const client = await connectTo(url);
  try {
    return (await client.query(sql, parameters)).rows;
  } finally {
    await client.end();
  }
}

/** Whether a server accepts connections at this URL. */
export async function canConnect(url: string): Promise<boolean> {
  const client = createClient(url);
  try {
    await client.connect();
    await client.query('SELECT 1');
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}
