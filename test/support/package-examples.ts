// Code that documents show, written as modules next to the files of `test/package/examples`.
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { readCompilerOptions } from './package-declarations.js';
import { parse, walk } from './package-imports.js';
import { filesBelow, ROOT } from './package-layout.js';
import { type CodeBlock, codeBlocksIn } from './package-markdown.js';

/** A block with the file it was written to. */
export interface Example extends CodeBlock {
  readonly path: string;
}

/** The blocks in the doc comments of `src`. */
export function codeBlocksInComments(): CodeBlock[] {
  return filesBelow('src', '.ts').flatMap((path) => {
    const file = parse(path);
    const blocks: CodeBlock[] = [];
    walk(file, (node) => {
      for (const comment of ts.isJSDoc(node) ? [node] : ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc)) {
        const line = file.getLineAndCharacterOfPosition(comment.pos).line + 1;
        blocks.push(...codeBlocksIn(path, comment.getText().replaceAll(/^ *\* ?/gm, ''), line));
      }
    });
    return uniqueByPlace(blocks);
  });
}

function uniqueByPlace(blocks: readonly CodeBlock[]): CodeBlock[] {
  return [...new Map(blocks.map((block) => [block.place, block])).values()];
}

/**
 * Writes each block to its own file in a new folder. The folder is inside the package, where its public name
 * leads to the package itself and its peers are found.
 */
export function layOut(blocks: readonly CodeBlock[]): { readonly folder: string; readonly examples: Example[] } {
  mkdirSync(join(ROOT, '.temp'), { recursive: true });
  const folder = mkdtempSync(join(ROOT, '.temp/examples-'));
  cpSync(join(ROOT, 'test/package/examples'), folder, { recursive: true });
  const examples = blocks.map((block) => {
    const path = join(folder, `${block.place.replaceAll(/[^\w.]/g, '-')}.ts`);
    writeFileSync(path, block.code);
    return { ...block, path };
  });
  return { folder, examples };
}

/** Type-checks the examples as strictly as this package itself; returns each problem with the line it is in. */
export function checkTypes(examples: readonly Example[]): string[] {
  const program = ts.createProgram(
    examples.map(({ path }) => path),
    readCompilerOptions(),
  );
  return examples.flatMap(({ path, place }) => {
    const file = program.getSourceFile(path);
    const problems = [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)];
    return problems.map((problem) => describe(problem, place));
  });
}

function describe({ file, start = 0, messageText }: ts.Diagnostic, place: string): string {
  const [document, firstLine] = place.split(':');
  const line = Number(firstLine) + (file?.getLineAndCharacterOfPosition(start).line ?? 0);
  return `${document}:${line} ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
}

/** Strips the types from every file of the folder, so that node can run it. */
export function compile(folder: string): void {
  const compilerOptions = { ...readCompilerOptions(), module: ts.ModuleKind.ES2022, sourceMap: false };
  for (const name of readdirSync(folder).filter((candidate) => candidate.endsWith('.ts'))) {
    const { outputText } = ts.transpileModule(readFileSync(join(folder, name), 'utf8'), { compilerOptions });
    writeFileSync(join(folder, name.replace(/\.ts$/, '.js')), outputText);
  }
}
