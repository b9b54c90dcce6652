// What a TypeScript file imports, read from its syntax: type-only, dynamic and `import('x').Y` imports included.
import { existsSync } from 'node:fs';
import { join, posix } from 'node:path';
import ts from 'typescript';
import { readText, ROOT } from './package-layout.js';

export interface Import {
  /** As written; `(computed)` where it is not a literal. */
  readonly specifier: string;
  /** The file it leads to, from the root; undefined for packages. */
  readonly file: string | undefined;
  readonly isLazy: boolean;
  readonly isTypeOnly: boolean;
}

/** The syntax of a file whose path begins at the root. */
export function parse(path: string): ts.SourceFile {
  return ts.createSourceFile(path, readText(path), ts.ScriptTarget.ES2023, true);
}

/** Calls `visit` for a node and everything below it; comments are not visited. */
export function walk(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node);
  ts.forEachChild(node, (child) => walk(child, visit));
}

/** Every import of a file. */
export function importsOf(file: ts.SourceFile): Import[] {
  const imports: Import[] = [];
  const add = (argument: ts.Node | undefined, isLazy: boolean, isTypeOnly = false): void => {
    const specifier = literalOf(argument) ?? '(computed)';
    imports.push({ specifier, file: resolveRelative(file.fileName, specifier), isLazy, isTypeOnly });
  };
  walk(file, (node) => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, false, node.importClause?.isTypeOnly);
    if (ts.isExportDeclaration(node) && node.moduleSpecifier) add(node.moduleSpecifier, false);
    if (ts.isExternalModuleReference(node)) add(node.expression, false);
    if (ts.isImportTypeNode(node)) add(node.argument, false);
    if (ts.isCallExpression(node) && isImporter(node.expression)) add(node.arguments[0], true);
  });
  return imports;
}

function literalOf(argument: ts.Node | undefined): string | undefined {
  const literal = argument && ts.isLiteralTypeNode(argument) ? argument.literal : argument;
  return literal && ts.isStringLiteralLike(literal) ? literal.text : undefined;
}

function isImporter(callee: ts.Node): boolean {
  return callee.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(callee) && callee.text === 'require');
}

function resolveRelative(from: string, specifier: string): string | undefined {
  if (!specifier.startsWith('.')) return undefined;
  const target = posix.join(posix.dirname(from), specifier);
  const candidates = [target.replace(/\.js$/, '.ts'), target.replace(/\.js$/, '.d.ts')];
  return candidates.find((candidate) => existsSync(join(ROOT, candidate))) ?? target;
}

/** `ioredis` for `ioredis/built/x`, `@nestjs/common` for `@nestjs/common/y`, `node:fs` for `node:fs/promises`. */
export function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

/** The shortest ways that lead from a file back to itself, one for each file that is in a cycle. */
export function findCycles(graph: ReadonlyMap<string, readonly string[]>): string[] {
  return [...graph.keys()].flatMap((file) => cycleThrough(graph, file) ?? []);
}

function cycleThrough(graph: ReadonlyMap<string, readonly string[]>, start: string): string | undefined {
  const ways = new Map([[start, [start]]]);
  for (const [file, way] of ways) {
    for (const next of graph.get(file) ?? []) {
      if (next === start) return [...way, start].join(' -> ');
      if (!ways.has(next)) ways.set(next, [...way, next]);
    }
  }
  return undefined;
}
