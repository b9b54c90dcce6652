import { describe, expect, it } from '@jest/globals';
import ts from 'typescript';
import { parse, walk } from '../support/package-imports.js';
import { filesBelow, listedByGit, readText } from '../support/package-layout.js';

/** Paths that exist on one machine only. */
const PATH_OF_A_MACHINE = /(?<![\w.)*])(?:\/(?:home|root|work|Users)\/|[A-Z]:\\+Users\\)/;
const TEXTS = listedByGit()
  .map((path) => ({ path, text: readText(path) }))
  .filter(({ text }) => !text.includes('\0'));

describe('the files of the repository', () => {
  it('contain no path of one machine', () => {
    const lines = TEXTS.flatMap(({ path, text }) =>
      text.split('\n').flatMap((line, index) => (PATH_OF_A_MACHINE.test(line) ? [`${path}:${index + 1} ${line}`] : [])),
    );
    expect(lines).toEqual([]);
  });
});

describe('package-lock.json', () => {
  it('names no registry', () => {
    const { packages } = JSON.parse(readText('package-lock.json')) as {
      readonly packages: Readonly<Record<string, { readonly resolved?: string; readonly link?: boolean }>>;
    };
    const tied = Object.entries(packages).filter(([, { resolved, link }]) => resolved !== undefined && link !== true);
    expect(tied.map(([path]) => path)).toEqual([]);
  });
});

describe('the tests', () => {
  it('are all run: none is skipped or selected', () => {
    const places = filesBelow('test', '.ts').flatMap((path) => {
      const file = parse(path);
      const found: string[] = [];
      walk(file, (node) => {
        if (!leavesOut(node)) return;
        found.push(`${path}:${file.getLineAndCharacterOfPosition(node.getStart()).line + 1} ${node.getText()}`);
      });
      return found;
    });
    expect(places).toEqual([]);
  });
});

/** `it.only`, `describe.skip`, `test.todo`, `xit`, `fdescribe` and their kind. */
function leavesOut(node: ts.Node): boolean {
  if (ts.isPropertyAccessExpression(node)) {
    return /^(only|skip|todo|failing)$/.test(node.name.text) && /^(describe|it|test)\b/.test(node.expression.getText());
  }
  return ts.isIdentifier(node) && /^[xf](describe|it|test)$/.test(node.text);
}
