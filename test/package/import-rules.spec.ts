import { describe, expect, it } from '@jest/globals';
import { IMPORT_RULES, type ImportRule, ROOT_RULE, ruleOf } from '../support/import-rules.js';
import { findCycles, type Import, importsOf, packageOf, parse } from '../support/package-imports.js';
import { ENTRIES, filesBelow } from '../support/package-layout.js';

const SOURCES = filesBelow('src', '.ts');
const IMPORTS = new Map(SOURCES.map((path) => [path, importsOf(parse(path))]));
const EVERY_IMPORT = [...IMPORTS].flatMap(([path, imports]) => imports.map((imported) => ({ path, imported })));

describe('the import rules', () => {
  it('have a row for every file of src', () => {
    expect(SOURCES.filter((path) => ruleOf(path) === undefined)).toEqual([]);
  });

  it.each([ROOT_RULE, ...IMPORT_RULES])('hold for src/$folder', (row) => {
    const offences = [...IMPORTS]
      .filter(([path]) => ruleOf(path) === row)
      .flatMap(([path, imports]) =>
        imports
          .filter((imported) => !isAllowed(row, path, imported))
          .map((imported) => `${path} imports ${imported.specifier}`),
      );
    expect(offences).toEqual([]);
  });

  it('find every import inside src', () => {
    const strays = EVERY_IMPORT.filter(({ imported }) => imported.file && !SOURCES.includes(imported.file));
    expect(strays.map(({ path, imported }) => `${path} imports ${imported.specifier}`)).toEqual([]);
  });

  it('leave no cycle between files, type-only and lazy imports included', () => {
    const graph = new Map([...IMPORTS].map(([path, imports]) => [path, imports.flatMap(({ file }) => file ?? [])]));
    expect(findCycles(graph)).toEqual([]);
  });

  it('let no file inside src import an index.ts', () => {
    const offences = EVERY_IMPORT.filter(({ imported }) => imported.file?.endsWith('/index.ts'));
    expect(offences.map(({ path }) => path)).toEqual([]);
  });

  it('make the sample, the benchmarks and the package tests use the public name', () => {
    const users = ['sample/src', 'benchmark', 'test/e2e', 'test/package'].flatMap((folder) =>
      filesBelow(folder, '.ts'),
    );
    const offences = users.filter((path) => importsOf(parse(path)).some(({ file }) => file?.startsWith('src/')));
    expect(offences).toEqual([]);
  });
});

describe('a SQL dialect', () => {
  const FILES = [
    'connection',
    'counters',
    'dialect',
    'errors',
    'fragments',
    'options',
    'schema',
    'statements',
    'storage',
  ];

  it.each(['mysql', 'postgres', 'sqlite'])('has the same files as every other one, such as %s', (name) => {
    const folder = `src/backends/typeorm/${name}`;
    const missing = FILES.map((file) => `${folder}/${file}.ts`).filter((path) => !SOURCES.includes(path));
    expect(missing).toEqual([]);
  });
});

describe('index.ts', () => {
  it('exists at the entries of package.json and nowhere else', () => {
    const indexes = SOURCES.filter((path) => path.endsWith('/index.ts'));
    const entries = ENTRIES.map(({ source }) => source).filter((source) => source !== 'src/core.ts');
    expect(indexes).toEqual(entries.sort());
  });
});

function isAllowed(row: ImportRule, path: string, { specifier, file, isLazy, isTypeOnly }: Import): boolean {
  const lazily = isLazy && row.lazily?.by === path ? row.lazily : undefined;
  if (file === undefined) return allowsPackage([...row.packages, ...(lazily?.packages ?? [])], packageOf(specifier));
  const target = ruleOf(file);
  const types = isTypeOnly && row.types?.by.includes(path) ? row.types : undefined;
  const folders = [...row.folders, ...(lazily?.folders ?? []), ...(types?.folders ?? [])];
  return target === row || folders.some((folder) => folder === target?.folder);
}

function allowsPackage(packages: readonly string[], name: string): boolean {
  return packages.includes(name) || (name.startsWith('node:') && packages.includes('node:*'));
}
