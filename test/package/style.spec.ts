import { describe, expect, it } from '@jest/globals';
import ts from 'typescript';
import { parse, walk } from '../support/package-imports.js';
import { filesBelow, readText } from '../support/package-layout.js';

const MAX_FILE_LINES = 250;
/** Declarations only: their doc comments are the reference that editors show, and are not cut to fit a limit. */
const COUNTED_WITHOUT_DOC_COMMENTS = ['src/contract/base-storage.ts'];
const MAX_MEDIAN_LINES = 80;
const MAX_FUNCTION_LINES = 40;
const SHORTENED = /^(opts?|cfg|conf|ctx|ns|err|msg|cb|fn|val|tmp|idx|conn|ttlSec)$/;

const FILES = filesBelow('src', '.ts').map((path) => parse(path));

/** Where a test of one syntax node says yes. */
function findNodes(isOffence: (node: ts.Node) => boolean): string[] {
  return FILES.flatMap((file) => {
    const places: string[] = [];
    walk(file, (node) => {
      if (isOffence(node)) places.push(placeOf(node));
    });
    return places;
  });
}

function placeOf(node: ts.Node): string {
  const file = node.getSourceFile();
  return `${file.fileName}:${lineOf(file, node.getStart()) + 1}`;
}

function lineOf(file: ts.SourceFile, position: number): number {
  return file.getLineAndCharacterOfPosition(position).line;
}

describe('the size of things in src', () => {
  it(`is at most ${MAX_FILE_LINES} lines for a file`, () => {
    const lines = FILES.map(({ fileName }) => ({ fileName, count: countLines(fileName) }));
    expect(lines.filter(({ count }) => count > MAX_FILE_LINES)).toEqual([]);
  });

  it(`is at most ${MAX_MEDIAN_LINES} lines for half of the files`, () => {
    const lines = FILES.map(({ fileName }) => countLines(fileName)).sort((left, right) => left - right);
    expect(lines[Math.floor(lines.length / 2)]).toBeLessThanOrEqual(MAX_MEDIAN_LINES);
  });

  it(`is at most ${MAX_FUNCTION_LINES} lines for a function`, () => {
    const isLong = (node: ts.Node): boolean => ts.isFunctionLike(node) && heightOf(node) > MAX_FUNCTION_LINES;
    expect(findNodes(isLong)).toEqual([]);
  });
});

function countLines(path: string): number {
  const text = readText(path).trimEnd();
  const counted = COUNTED_WITHOUT_DOC_COMMENTS.includes(path) ? text.replaceAll(/^ *\/\*\*.*?\*\/\n/gms, '') : text;
  return counted.split('\n').length;
}

function heightOf(node: ts.Node): number {
  const file = node.getSourceFile();
  return lineOf(file, node.end) - lineOf(file, node.getStart()) + 1;
}

describe('the types in src', () => {
  it('know no any', () => {
    expect(findNodes((node) => node.kind === ts.SyntaxKind.AnyKeyword)).toEqual([]);
  });

  it('know no `!`, neither after an expression nor after a property', () => {
    const isPromise = (node: ts.Node): boolean =>
      ts.isNonNullExpression(node) || (ts.isPropertyDeclaration(node) && node.exclamationToken !== undefined);
    expect(findNodes(isPromise)).toEqual([]);
  });

  it('are not silenced by a comment', () => {
    const silenced = FILES.filter(({ text }) => /@ts-(ignore|nocheck|expect-error)|eslint-disable/.test(text));
    expect(silenced.map(({ fileName }) => fileName)).toEqual([]);
  });
});

describe('the names in src', () => {
  it('are never default exports', () => {
    const isDefault = (node: ts.Node): boolean =>
      node.kind === ts.SyntaxKind.DefaultKeyword ||
      ts.isExportAssignment(node) ||
      (ts.isExportSpecifier(node) && node.name.text === 'default');
    expect(findNodes((node) => isDefault(node) && !ts.isDefaultClause(node.parent))).toEqual([]);
  });

  it('are `#name` where they are private', () => {
    const isPrivateMember = (node: ts.Node): boolean => node.kind === ts.SyntaxKind.PrivateKeyword;
    expect(findNodes(isPrivateMember)).toEqual([]);
  });

  it('are whole words', () => {
    expect(findNodes((node) => ts.isIdentifier(node) && SHORTENED.test(node.text))).toEqual([]);
  });

  it('are kebab-case in files', () => {
    const names = FILES.map(({ fileName }) => fileName);
    expect(names.filter((name) => !/^src\/([a-z-]+\/)*[a-z0-9-]+(\.[a-z-]+)*\.ts$/.test(name))).toEqual([]);
  });
});

describe('index.ts', () => {
  it('holds explicit named re-exports only, except that the main entry re-exports all of core.ts', () => {
    const indexes = FILES.filter(({ fileName }) => /\/(index|core)\.ts$/.test(fileName));
    const offences = indexes.flatMap((file) => file.statements.filter((statement) => !isNamedReexport(statement)));
    expect(offences.map((node) => node.getText())).toEqual(["export * from './core.js';"]);
  });
});

function isNamedReexport(statement: ts.Statement): boolean {
  if (!ts.isExportDeclaration(statement) || statement.moduleSpecifier === undefined) return false;
  return statement.exportClause !== undefined && ts.isNamedExports(statement.exportClause);
}
