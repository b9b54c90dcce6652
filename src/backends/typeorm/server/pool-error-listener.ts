import type { TypeOrmDataSource } from '../dialect/typeorm-types.js';
import { columnValue } from '../dialect/result-row.js';

type Listener = (client: unknown) => void;

/** The part of Node's EventEmitter that is used here. */
interface Emitter {
  on(event: string, listener: Listener): unknown;
  off(event: string, listener: Listener): unknown;
}

/**
 * Lets no client of an app's Postgres pool speak to nobody. The pool takes its listener away before its caller can add
 * one; the last word of a server that goes down may come in between, and would end the process (rule ER-5). Whoever
 * listens still hears it.
 * @returns ends it; clients that were met stay heard
 */
export function listenForPoolErrors(dataSource: TypeOrmDataSource): () => void {
  const pool = columnValue(columnValue(dataSource, 'driver'), 'master');
  if (dataSource.options.type !== 'postgres' || !isEmitter(pool)) return () => {};
  const met = new WeakSet<object>();
  // The pool tells of it just before it takes its own listener away.
  const hear: Listener = (client) => {
    if (!isEmitter(client) || met.has(client)) return;
    met.add(client);
    client.on('error', () => {});
  };
  pool.on('acquire', hear);
  return () => pool.off('acquire', hear);
}

function isEmitter(value: unknown): value is Emitter {
  return typeof columnValue(value, 'on') === 'function' && typeof columnValue(value, 'off') === 'function';
}
