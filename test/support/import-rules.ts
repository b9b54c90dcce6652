// Which folder of `src` may import what, type-only imports included. One row per folder.

export interface ImportRule {
  readonly folder: string;
  /** Other folders of `src`; a folder may always import itself. */
  readonly folders: readonly string[];
  /** Packages. `node:*` stands for all of Node's own modules. */
  readonly packages: readonly string[];
  /** What one file may import, and only by `import()`. */
  readonly lazily?: {
    readonly by: string;
    readonly folders?: readonly string[];
    readonly packages?: readonly string[];
  };
  /** From which folders some files may import types. */
  readonly types?: { readonly by: readonly string[]; readonly folders: readonly string[] };
}

const NODE = 'node:*';
const NEST = ['@nestjs/common', '@nestjs/core'];
const BASE = ['contract', 'errors', 'toolkit'];

export const IMPORT_RULES: readonly ImportRule[] = [
  rule('contract', ['errors'], []),
  rule('errors', [], []),
  rule('toolkit', ['contract', 'errors'], [NODE]),
  rule('rules', BASE, []),
  rule('codec', [...BASE, 'rules'], []),
  rule('storage', [...BASE, 'rules', 'codec'], []),
  rule('layers', BASE, ['@opentelemetry/api']),
  rule('backends/memory', [...BASE, 'storage'], []),
  rule('backends/redis', [...BASE, 'storage'], ['ioredis', NODE]),
  {
    ...rule('backends/typeorm', [...BASE, 'storage'], ['typeorm', NODE]),
    lazily: {
      by: 'src/backends/typeorm/dialect/import-package.ts',
      packages: ['pg', 'mysql2', 'better-sqlite3', 'sqlite3'],
    },
  },
  rule('rate-limit', BASE, [...NEST, NODE]),
  rule('adapters/throttler', [...BASE, 'rate-limit'], ['@nestjs/throttler', NODE]),
  {
    ...rule('nest', [...BASE, 'rules', 'storage', 'layers', 'backends/memory'], [...NEST, 'rxjs', NODE]),
    lazily: { by: 'src/nest/backend-loader.ts', folders: ['backends/redis', 'backends/typeorm'] },
    types: {
      by: ['src/nest/redis-module-options.ts', 'src/nest/sql-module-options.ts'],
      folders: ['backends/redis', 'backends/typeorm'],
    },
  },
  rule('terminus', BASE, [...NEST, '@nestjs/terminus']),
  rule('testing', [...BASE, 'rules', 'codec', 'storage', 'layers'], ['fast-check', 'node:assert']),
];

/** The entries directly in `src`, which re-export the folders. */
export const ROOT_RULE: ImportRule = rule(
  '',
  [...BASE, 'storage', 'layers', 'backends/memory', 'nest', 'rate-limit'],
  [],
);

/** The row of a file below `src`. */
export function ruleOf(path: string): ImportRule | undefined {
  if (/^src\/[^/]+$/.test(path)) return ROOT_RULE;
  return IMPORT_RULES.find(({ folder }) => path.startsWith(`src/${folder}/`));
}

function rule(folder: string, folders: readonly string[], packages: readonly string[]): ImportRule {
  return { folder, folders, packages };
}
