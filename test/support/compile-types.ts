// Compiles fixtures that are never run, to test what the types of the package accept.
import ts from 'typescript';
import { readCompilerOptions } from './package-declarations.js';

/** Shared by all programs: reading the libraries of TypeScript is most of the work. */
const libraries = new Map<string, ts.SourceFile | undefined>();

/**
 * Compiles files of a folder and returns the compiler's messages as `file:line message`.
 * @param sources - files that are not on the disk
 */
export function compileTypes(
  folder: string,
  files: readonly string[],
  options: ts.CompilerOptions = {},
  sources: Readonly<Record<string, string>> = {},
): string[] {
  const allOptions = { ...readCompilerOptions(), ...options };
  const host = ts.createCompilerHost(allOptions);
  const { readFile, fileExists, getSourceFile } = host;
  const sourceOf = (path: string): string | undefined => sources[path.slice(folder.length + 1)];
  host.readFile = (path) => sourceOf(path) ?? readFile(path);
  host.fileExists = (path) => sourceOf(path) !== undefined || fileExists(path);
  host.getSourceFile = (path, languageVersion) => {
    if (!path.includes('/node_modules/')) return getSourceFile(path, languageVersion);
    if (!libraries.has(path)) libraries.set(path, getSourceFile(path, languageVersion));
    return libraries.get(path);
  };
  const paths = files.map((file) => `${folder}/${file}`);
  const program = ts.createProgram(paths, allOptions, host);
  const problems = paths.flatMap((path) => program.getSemanticDiagnostics(program.getSourceFile(path)));
  return problems.map(({ messageText, file, start = 0 }) => {
    const line = (file?.getLineAndCharacterOfPosition(start).line ?? 0) + 1;
    const message = ts.flattenDiagnosticMessageText(messageText, '\n');
    return `${file?.fileName.slice(folder.length + 1)}:${line} ${message}`;
  });
}
