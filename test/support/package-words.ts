// The text that people read in this repository: comments, string literals, test titles and documents.
import ts from 'typescript';
import { parse } from './package-imports.js';
import { filesBelow, readText } from './package-layout.js';
import { DOCUMENTS } from './package-markdown.js';
import { titleNodesIn } from './package-titles.js';

/** A text of a file; everything else of the file is `#`, so that offsets and lines are those of the file. */
export interface ReadableText {
  readonly path: string;
  readonly text: string;
}

interface Range {
  readonly pos: number;
  readonly end: number;
}

/** What a reader meets: comments and strings of `src` and `sample/src`, titles of tests, and every document. */
export function readableTexts(): ReadableText[] {
  return [
    ...[...filesBelow('src', '.ts'), ...filesBelow('sample/src', '.ts')].map(commentsAndStringsOf),
    ...filesBelow('test', '.ts').map(titlesOf),
    ...DOCUMENTS.map((path) => ({ path, text: readText(path) })),
  ];
}

function commentsAndStringsOf(path: string): ReadableText {
  const file = parse(path);
  const comments = new Map<number, Range>();
  const strings: Range[] = [];
  walkTokens(file, (token) => {
    for (const comment of commentsAround(file.text, token)) comments.set(comment.pos, comment);
    if (isText(token) && !isModuleName(token)) strings.push({ pos: token.getStart() + 1, end: token.end - 1 });
  });
  return { path, text: keepOnly(file.text, [...comments.values(), ...strings]) };
}

function titlesOf(path: string): ReadableText {
  const file = parse(path);
  const titles = titleNodesIn(file).map((title) => ({ pos: title.getStart() + 1, end: title.end - 1 }));
  return { path, text: keepOnly(file.text, titles) };
}

/** `getChildren` includes the tokens that `forEachChild` leaves out; comments stand before and after tokens. */
function walkTokens(node: ts.Node, visit: (token: ts.Node) => void): void {
  const children = node.getChildren().filter((child) => !ts.isJSDoc(child));
  if (children.length === 0) visit(node);
  for (const child of children) walkTokens(child, visit);
}

function commentsAround(text: string, token: ts.Node): readonly Range[] {
  return [
    ...(ts.getLeadingCommentRanges(text, token.pos) ?? []),
    ...(ts.getTrailingCommentRanges(text, token.end) ?? []),
  ];
}

function isText(token: ts.Node): boolean {
  return ts.isStringLiteralLike(token) || ts.isTemplateHead(token) || ts.isTemplateMiddleOrTemplateTail(token);
}

function isModuleName({ parent }: ts.Node): boolean {
  return (
    ts.isImportDeclaration(parent) ||
    ts.isExportDeclaration(parent) ||
    (ts.isCallExpression(parent) && parent.expression.kind === ts.SyntaxKind.ImportKeyword)
  );
}

/** Line breaks and comment marks become spaces, so that a phrase is found across two lines of a comment. */
function keepOnly(text: string, ranges: readonly Range[]): string {
  let kept = '';
  for (const { pos, end } of [...ranges].sort((left, right) => left.pos - right.pos)) {
    kept += maskOf(text.slice(kept.length, pos)) + text.slice(pos, end).replaceAll(/^\s*(?:\/\/|\/?\*+)/gm, toSpaces);
  }
  return kept + maskOf(text.slice(kept.length));
}

function maskOf(code: string): string {
  return code.replaceAll(/\S/g, '#');
}

function toSpaces(marks: string): string {
  return marks.replaceAll(/\S/g, ' ');
}

/** The place of an offset, e.g. `src/index.ts:12`. */
export function placeOf({ path, text }: ReadableText, offset: number): string {
  return `${path}:${text.slice(0, offset).split('\n').length}`;
}
