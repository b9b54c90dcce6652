// The titles of this repository's tests, read from their syntax.
import ts from 'typescript';
import { parse, walk } from './package-imports.js';
import { filesBelow } from './package-layout.js';

/** The title of every `it` and `test` below `test`, `it.each` included. */
export function testTitles(): string[] {
  return filesBelow('test', '.ts').flatMap((path) => {
    const titles: string[] = [];
    walk(parse(path), (node) => {
      if (ts.isCallExpression(node) && isTest(node.expression)) titles.push(titleOf(node.arguments[0]));
    });
    return titles;
  });
}

/** `it`, `it.each(…)`, `it.each`…``, and the same of `test`. */
function isTest(callee: ts.Expression): boolean {
  if (ts.isIdentifier(callee)) return callee.text === 'it' || callee.text === 'test';
  if (ts.isCallExpression(callee)) return isTest(callee.expression);
  if (ts.isTaggedTemplateExpression(callee)) return isTest(callee.tag);
  return ts.isPropertyAccessExpression(callee) && isTest(callee.expression);
}

function titleOf(title: ts.Expression | undefined): string {
  if (title === undefined) return '';
  return ts.isStringLiteralLike(title) ? title.text : title.getText();
}
