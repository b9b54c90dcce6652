import { StorageUnavailableError } from '../../../errors/backend-errors.js';
import type { Dialect, SqlSession } from './dialect.js';
import { columnValue } from './typeorm-types.js';

/** `create`: the storage makes missing tables when it starts. `verify`: they must exist, made by migrations. */
export type SchemaMode = 'create' | 'verify';

export const SCHEMA_MODES: readonly SchemaMode[] = ['create', 'verify'];

/**
 * Creates the tables in mode `create`, and in both modes verifies what the statements rely on: an app's table of the
 * same name is to be reported at the start, not by an odd failure later. Tables that are there need no right to create, nor
 * a server that accepts writes. Uses no transaction, so that several processes may start at once and an open transaction of
 * the app is not disturbed: every statement may be repeated.
 */
export async function prepareSchema(
  session: SqlSession,
  dialect: Dialect,
  mode: SchemaMode,
  location: string,
): Promise<void> {
  let problems = await findSchemaProblems(session, dialect);
  if (mode === 'create' && problems.length > 0) {
    for (const statement of dialect.createSchema) await session.execute(statement);
    problems = await findSchemaProblems(session, dialect);
  }
  if (problems.length === 0) return;
  const remedy =
    mode === 'create'
      ? 'These tables were made by something else: rename them, or give the storage a database for itself.'
      : "Run the exported migration, or use schema: 'create'.";
  // A migration that another process runs makes what is missing.
  const isPermanent = mode === 'create';
  throw new StorageUnavailableError(`${location}: ${problems.join('; ')}. ${remedy}`, {
    outcome: 'not-applied',
    isPermanent,
  });
}

async function findSchemaProblems(session: SqlSession, { verifyTable }: Dialect): Promise<readonly string[]> {
  return [...(await session.read(verifyTable, 'state')), ...(await session.read(verifyTable, 'counter'))];
}

/** What a table must be like (rule FMT-3). */
export interface ExpectedTable {
  /** As messages show it. */
  readonly name: string;
  readonly columns: Readonly<Record<string, ExpectedColumn>>;
  /** A property of the table or the database: its value, and the message about another value. */
  readonly setting?: { readonly value: string; readonly problem: (found: string) => string } | undefined;
}

/** What a column must be like; undefined: not verified. */
export interface ExpectedColumn {
  /** Accepted types; messages show the first. */
  readonly types?: readonly string[];
  readonly collation?: ExpectedCollation;
  /** How many characters it must hold. */
  readonly minLength?: number;
}

/** Collations that compare byte by byte, and how a migration asks for one. */
interface ExpectedCollation {
  readonly names: readonly unknown[];
  readonly clause: string;
}

/**
 * A row of a dialect's statement that describes a table. `column`: one column with its type, collation and length.
 * `index`: one column of an index, its position from 1, whether the index is the primary key, and the length of the
 * indexed prefix (NULL: all of it). `setting`: its name is the value for {@link ExpectedTable.setting}.
 */
interface TableRow {
  readonly kind: unknown;
  readonly name: string;
  readonly type: string;
  readonly collation: unknown;
  readonly length: unknown;
  readonly position: number;
  readonly isPrimary: boolean;
}

/** Sentences about how a table differs from what is expected; none: the statements can rely on it. */
export function findTableProblems(records: readonly unknown[], expected: ExpectedTable): readonly string[] {
  const rows = records.map(toTableRow);
  const columns = new Map(rows.filter(({ kind }) => kind === 'column').map((row) => [row.name, row]));
  if (columns.size === 0) return [`table ${expected.name} is missing`];
  const indexes = rows.filter(({ kind }) => kind === 'index');
  return [
    ...findSettingProblems(rows, expected),
    ...Object.entries(expected.columns).flatMap(([name, column]) =>
      findColumnProblems(`column ${expected.name}.${name}`, columns.get(name), column),
    ),
    ...findIndexProblems(expected.name, indexes),
  ];
}

function toTableRow(record: unknown): TableRow {
  return {
    kind: columnValue(record, 'kind'),
    name: String(columnValue(record, 'name')),
    type: String(columnValue(record, 'type')),
    collation: columnValue(record, 'collation_name'),
    length: columnValue(record, 'length') ?? null,
    position: Number(columnValue(record, 'position')),
    // A boolean or a number, depending on the database.
    isPrimary: Number(columnValue(record, 'is_primary')) === 1,
  };
}

function findSettingProblems(rows: readonly TableRow[], { setting }: ExpectedTable): string[] {
  if (setting === undefined) return [];
  const found = rows.find(({ kind }) => kind === 'setting')?.name ?? '';
  return found === setting.value ? [] : [setting.problem(found)];
}

function findColumnProblems(subject: string, found: TableRow | undefined, expected: ExpectedColumn): string[] {
  const { types, collation, minLength = 0 } = expected;
  if (found === undefined) return [`${subject} is missing`];
  if (types !== undefined && !types.includes(found.type)) return [`${subject} is ${found.type} instead of ${types[0]}`];
  const isExact = collation === undefined || collation.names.includes(found.collation);
  return [
    ...(isExact ? [] : [`${subject} does not compare byte by byte (COLLATE ${collation.clause})`]),
    ...(minLength === 0 || Number(found.length) >= minLength ? [] : [`${subject} is too short`]),
  ];
}

function findIndexProblems(table: string, indexes: readonly TableRow[]): string[] {
  const primaryKey = indexes.filter(({ isPrimary }) => isPrimary).sort((one, other) => one.position - other.position);
  const isPrimaryKey = primaryKey.map(({ name }) => name).join() === 'namespace,identifier';
  const isWhole = primaryKey.every(({ length }) => length === null);
  const isExpiryIndexed = indexes.some(({ name, position }) => name === 'expires_at' && position === 1);
  return [
    ...(isPrimaryKey && isWhole ? [] : [`the primary key of ${table} is not (namespace, identifier)`]),
    ...(isExpiryIndexed ? [] : [`an index on ${table}.expires_at is missing`]),
  ];
}
