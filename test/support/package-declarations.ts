// What the built declarations of the package say.
import { join } from 'node:path';
import ts from 'typescript';
import { importsOf, packageOf, parse } from './package-imports.js';
import { type PackageEntry, ROOT } from './package-layout.js';

/** What an entry exports: each name with its kind. */
export type ExportedNames = Readonly<Record<string, 'class' | 'function' | 'constant' | 'type'>>;

/** The options every program of these tests is checked with: those of tsconfig.json, writing nothing. */
export function readCompilerOptions(): ts.CompilerOptions {
  const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.json'), (path) => ts.sys.readFile(path)) as {
    readonly config: unknown;
  };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT, { noEmit: true });
  return options;
}

/** One name that a module exports. */
export interface Exported {
  readonly name: string;
  /** Where it is declared, however often it was re-exported on the way. */
  readonly symbol: ts.Symbol;
  /** Whether it is exported as a type, though it may be a class. */
  readonly isTypeOnly: boolean;
}

/** Everything a module exports, sorted by name. */
export function exportsOf(program: ts.Program, path: string): Exported[] {
  const checker = program.getTypeChecker();
  const file = program.getSourceFile(path);
  const module = file && checker.getSymbolAtLocation(file);
  if (!module) throw new Error(`${path} is not a module; was the package built?`);
  return checker
    .getExportsOfModule(module)
    .map((symbol) => ({
      name: symbol.name,
      symbol: symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol,
      isTypeOnly: symbol.declarations?.some(ts.isTypeOnlyExportDeclaration) ?? false,
    }))
    .sort((left, right) => (left.name < right.name ? -1 : 1));
}

/** The exports of the built entries, by door. */
export function readDeclaredApi(entries: readonly PackageEntry[]): Record<string, ExportedNames> {
  const paths = entries.map(({ types }) => join(ROOT, types));
  const program = ts.createProgram(paths, readCompilerOptions());
  return Object.fromEntries(
    entries.map(({ door, types }) => {
      const exported = exportsOf(program, join(ROOT, types));
      return [door, Object.fromEntries(exported.map((one) => [one.name, kindOf(one)]))];
    }),
  );
}

function kindOf({ symbol, isTypeOnly }: Exported): ExportedNames[string] {
  if (isTypeOnly) return 'type';
  if (symbol.flags & ts.SymbolFlags.Class) return 'class';
  if (symbol.flags & ts.SymbolFlags.Function) return 'function';
  return symbol.flags & ts.SymbolFlags.Value ? 'constant' : 'type';
}

/** The packages that the declarations reachable from an entry name. */
export function packagesNamedBy(entry: PackageEntry): string[] {
  const files = new Set([entry.types]);
  const packages = new Set<string>();
  for (const path of files) {
    for (const { specifier, file } of importsOf(parse(path))) {
      if (file === undefined) packages.add(packageOf(specifier));
      else files.add(file);
    }
    for (const { fileName } of parse(path).typeReferenceDirectives) packages.add(fileName);
  }
  return [...packages].sort();
}
