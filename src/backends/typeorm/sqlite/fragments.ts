import type { StorageKey } from '../../../contract/storage-driver.js';
import type { SqlValue } from '../dialect/typeorm-types.js';
import type { KeyRow, OnLive, SharedVerb } from '../dialect/dialect.js';
import { columnValue } from '../dialect/result-row.js';

/** The row of a key. Parameters: namespace, identifier. */
export const AT_KEY = 'namespace = ? AND identifier = ?';

/** Parameter: now. */
export const IS_LIVE = '(expires_at IS NULL OR expires_at > ?)';

/** What tells a row from the others that one statement changed. */
export const RETURNING_KEY = 'RETURNING namespace, identifier';

/** What an upsert makes of the deadline of a row that is there already, and the parameters for it. */
export function newDeadline(table: string, onLive: OnLive): { sql: string; parameters: (now: number) => SqlValue[] } {
  if (onLive === 'replace') return { sql: 'excluded.expires_at', parameters: () => [] };
  return {
    sql: `CASE WHEN ${table}.expires_at <= ? THEN excluded.expires_at ELSE ${table}.expires_at END`,
    parameters: (now) => [now],
  };
}

/** What most verbs of one entry share a statement by: two that meet on one key do not. */
export const SEPARATELY: Pick<SharedVerb<never, never>, 'merge'> & {
  answerOf<Answer>(answer: Answer): Answer;
} = {
  merge: () => undefined,
  answerOf: (answer) => answer,
};

/**
 * What a statement gave for each row; undefined: it passed the row over. SQLite gives them in the order of the rows, but
 * does not promise it.
 */
export function matchByKey(rows: readonly KeyRow[], records: readonly unknown[]): readonly unknown[] {
  let next = 0;
  const inOrder = rows.map(({ key }) => {
    const record = records[next];
    if (!isAt(key, record)) return undefined;
    next += 1;
    return record;
  });
  if (next === records.length) return inOrder;
  const found = new Map(
    records.map((record) => [nameOf(columnValue(record, 'namespace'), columnValue(record, 'identifier')), record]),
  );
  return rows.map(({ key }) => found.get(nameOf(key.namespace, key.identifier)));
}

function isAt(key: StorageKey, record: unknown): boolean {
  return columnValue(record, 'identifier') === key.identifier && columnValue(record, 'namespace') === key.namespace;
}

function nameOf(namespace: unknown, identifier: unknown): string {
  return `${String(namespace)}:${String(identifier)}`;
}
