// The titles of this repository's tests, read from their syntax.
import ts from 'typescript';
import { parse, walk } from './package-imports.js';
import { filesBelow } from './package-layout.js';

const TESTS = ['it', 'test'];
const TESTS_AND_GROUPS = [...TESTS, 'describe'];

/** The title of every `it` and `test` below `test`, `it.each` included. */
export function testTitles(): string[] {
  return filesBelow('test', '.ts').flatMap((path) => titlesOf(parse(path), TESTS).map(textOf));
}

/** The title of every `describe`, `it` and `test` of a file. */
export function titleNodesIn(file: ts.SourceFile): ts.Expression[] {
  return titlesOf(file, TESTS_AND_GROUPS);
}

function titlesOf(file: ts.SourceFile, callees: readonly string[]): ts.Expression[] {
  const titles: ts.Expression[] = [];
  walk(file, (node) => {
    const title = ts.isCallExpression(node) && isCallOf(callees, node.expression) ? node.arguments[0] : undefined;
    if (title !== undefined) titles.push(title);
  });
  return titles;
}

/** `it`, `it.each(…)`, `it.each`…``, and the same of the others. */
function isCallOf(names: readonly string[], callee: ts.Expression): boolean {
  if (ts.isIdentifier(callee)) return names.includes(callee.text);
  if (ts.isCallExpression(callee)) return isCallOf(names, callee.expression);
  if (ts.isTaggedTemplateExpression(callee)) return isCallOf(names, callee.tag);
  return ts.isPropertyAccessExpression(callee) && isCallOf(names, callee.expression);
}

function textOf(title: ts.Expression): string {
  return ts.isStringLiteralLike(title) ? title.text : title.getText();
}
