import { MissingDependencyError } from '../../../errors/usage-errors.js';
import { errorName } from '../../../toolkit/properties.js';
import {
  brokenPackage,
  defaultExport,
  importByName,
  importInstalled,
  type ImportModule,
  isTypeOrm,
  missingPackages,
  NotInstalled,
  type TypeOrmPackage,
} from '../dialect/import-package.js';
import { withStatementCache } from './sqlite3-statement-cache.js';

/** TypeORM's two SQLite drivers, by the package each needs. */
export type SqliteDriverName = 'sqlite3' | 'better-sqlite3';

/** The values of `SqliteDriverName`, in the order they are looked for. */
export const SQLITE_DRIVERS: readonly SqliteDriverName[] = ['better-sqlite3', 'sqlite3'];

/** What a DataSource is made of. */
export interface SqlitePackages extends TypeOrmPackage {
  /** TypeORM's word for the driver. */
  readonly type: 'sqlite' | 'better-sqlite3';
  /** The driver's package, handed to TypeORM, so that it is the one seen from here. */
  readonly driver: unknown;
}

/** The ranges of `peerDependencies` that resolve together: better-sqlite3 13 wants a newer Node, sqlite3 TypeORM 0.3. */
const INSTALL: Readonly<Record<SqliteDriverName, string>> = {
  'better-sqlite3': 'typeorm@^0.3.28 better-sqlite3@^12.0.0',
  sqlite3: 'typeorm@^0.3.28 sqlite3@^6.0.0',
};

const PURPOSE = 'backend "sqlite"';

/**
 * Loads TypeORM and the chosen driver, and nothing else; the first that is installed where none is chosen.
 * @throws MissingDependencyError naming the packages and the install command
 */
export async function loadSqlitePackages(
  chosen: SqliteDriverName | undefined,
  importModule: ImportModule = importByName,
): Promise<SqlitePackages> {
  const candidates = chosen === undefined ? SQLITE_DRIVERS : [chosen];
  const install = INSTALL[candidates[0] ?? 'better-sqlite3'];
  const typeorm = await importInstalled('typeorm', importModule);
  if (!isTypeOrm(typeorm)) throw missingPackages(PURPOSE, ['typeorm'], install, typeorm);
  let reason: unknown;
  for (const name of candidates) {
    const driver = await importInstalled(name, importModule);
    if (!(driver instanceof NotInstalled)) {
      return { DataSource: typeorm.DataSource, ...toTypeOrmDriver(name, defaultExport(driver)) };
    }
    reason ??= driver;
  }
  throw missingPackages(PURPOSE, candidates, install, reason);
}

/** TypeORM 1.x has no `sqlite3` driver; it says so when the DataSource is made. */
export function explainMissingDriver(error: unknown): unknown {
  if (errorName(error) !== 'MissingDriverError') return error;
  return new MissingDependencyError('driver "sqlite3"', ['TypeORM 0.3'], INSTALL.sqlite3, { cause: error });
}

function toTypeOrmDriver(name: SqliteDriverName, driver: unknown): Pick<SqlitePackages, 'type' | 'driver'> {
  if (name === 'better-sqlite3') {
    assertLoads(driver);
    return { type: 'better-sqlite3', driver };
  }
  return { type: 'sqlite', driver: withStatementCache(driver) };
}

/** better-sqlite3 loads its native part only when a database is opened; npm may have been told not to build it. */
function assertLoads(driver: unknown): void {
  if (!isDatabaseConstructor(driver)) return;
  try {
    new driver(':memory:').close();
  } catch (error) {
    throw brokenPackage('better-sqlite3', error);
  }
}

function isDatabaseConstructor(value: unknown): value is new (path: string) => { close(): void } {
  return typeof value === 'function';
}
