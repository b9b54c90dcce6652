// The import table of the house, one row a folder of `src`: what each may import, type-only imports included.

export interface HouseRow {
  readonly folder: string;
  /** Other folders of `src`; a folder may always import itself. */
  readonly folders: readonly string[];
  /** Packages; `node:*` are node's own modules, which what is pure does without. */
  readonly packages: readonly string[];
  /** What one file may import, and only by `import()`. `(computed)`: packages whose names it holds in a table. */
  readonly lazily?: {
    readonly by: string;
    readonly folders?: readonly string[];
    readonly packages?: readonly string[];
  };
}

const NODE = 'node:*';
const NEST = ['@nestjs/common', '@nestjs/core'];

export const HOUSE: readonly HouseRow[] = [
  row('contract', [], []),
  row('errors', ['contract'], []),
  row('rules', ['contract', 'errors'], []),
  row('storage', ['contract', 'errors', 'rules'], []),
  row('layers', ['contract', 'errors'], ['@opentelemetry/api']),
  row('backends/memory', ['contract', 'errors', 'storage'], []),
  row('backends/redis', ['contract', 'errors', 'storage'], ['ioredis', NODE]),
  {
    ...row('backends/typeorm', ['contract', 'errors', 'storage'], ['typeorm', NODE]),
    lazily: { by: 'src/backends/typeorm/packages.ts', packages: ['(computed)'] },
  },
  row('rate-limit', ['contract', 'errors'], [...NEST, NODE]),
  {
    ...row('nest', ['contract', 'errors', 'storage', 'layers', 'backends/memory'], [...NEST, NODE]),
    lazily: { by: 'src/nest/backend-loader.ts', folders: ['backends/redis', 'backends/typeorm'] },
  },
  row('terminus', ['contract', 'errors'], [...NEST, '@nestjs/terminus']),
  row('throttler', ['contract', 'errors', 'rate-limit'], ['@nestjs/common', '@nestjs/throttler', NODE]),
  row('testing', ['contract', 'errors', 'rules', 'storage', 'layers'], ['fast-check', 'node:assert']),
];

/** The main entry, which alone lies in `src` itself. */
export const MAIN_ROW: HouseRow = row(
  '',
  ['contract', 'errors', 'storage', 'layers', 'backends/memory', 'nest', 'rate-limit'],
  [],
);

/** The row of a file below `src`. */
export function rowOf(path: string): HouseRow | undefined {
  if (/^src\/[^/]+$/.test(path)) return MAIN_ROW;
  return HOUSE.find((candidate) => path.startsWith(`src/${candidate.folder}/`));
}

function row(folder: string, folders: readonly string[], packages: readonly string[]): HouseRow {
  return { folder, folders, packages };
}
