import { describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import ts from 'typescript';
import { readCompilerOptions } from '../../support/package-declarations.js';
import { ROOT } from '../../support/package-layout.js';

const FOLDER = join(ROOT, 'test/unit/contract/state-types');
const FIXTURES = ['accepted.ts', 'rejected.ts', 'rejected-by-strict.ts'];

/** Shared by all programs: reading the libraries of TypeScript is most of the work. */
const libraries = new Map<string, ts.SourceFile | undefined>();

/** Compiles files of the folder and returns the compiler's messages. `sources` adds files that are not on the disk. */
function compile(
  files: readonly string[],
  options: ts.CompilerOptions = {},
  sources: Readonly<Record<string, string>> = {},
): string[] {
  const allOptions = { ...readCompilerOptions(), ...options, types: [] };
  const host = ts.createCompilerHost(allOptions);
  const { readFile, fileExists, getSourceFile } = host;
  const sourceOf = (path: string): string | undefined => sources[path.slice(FOLDER.length + 1)];
  host.readFile = (path) => sourceOf(path) ?? readFile(path);
  host.fileExists = (path) => sourceOf(path) !== undefined || fileExists(path);
  host.getSourceFile = (path, languageVersion) => {
    if (!path.includes('/typescript/lib/')) return getSourceFile(path, languageVersion);
    if (!libraries.has(path)) libraries.set(path, getSourceFile(path, languageVersion));
    return libraries.get(path);
  };
  const paths = files.map((file) => join(FOLDER, file));
  const program = ts.createProgram(paths, allOptions, host);
  return paths.flatMap((path) => program.getSemanticDiagnostics(program.getSourceFile(path)).map(describeProblem));
}

function describeProblem({ messageText, file, start = 0 }: ts.Diagnostic): string {
  const line = (file?.getLineAndCharacterOfPosition(start).line ?? 0) + 1;
  return `${file?.fileName.slice(FOLDER.length + 1)}:${line} ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
}

const WRONG_STATEMENTS = `import { storage } from './states.js';
  interface Dated { name: string; when: Date }
  interface Nested { steps: { run: () => void }[] }
  void storage.getState<Dated>('x');
  void storage.getState<Nested>('x');
  void storage.setState('x', { name: 'a', when: new Date() });
  void storage.getState<string[]>('x');`;

describe('ST-2 the types of states', () => {
  it.each([
    ['strict and exactOptionalPropertyTypes', FIXTURES, { exactOptionalPropertyTypes: true }],
    ['strict', FIXTURES, { exactOptionalPropertyTypes: false }],
    ['no strict checks', FIXTURES.slice(0, 2), { strict: false, exactOptionalPropertyTypes: false }],
  ])('accept interfaces and classes of JSON, and reject the rest, with %s', (_options, files, options) => {
    expect(compile(files, options)).toEqual([]);
  });

  it('name the member that is not JSON, and what it is', () => {
    const messages = compile(['wrong.ts'], {}, { 'wrong.ts': WRONG_STATEMENTS });
    const date = 'a Date; store toISOString() or getTime()';
    expect(messages).toEqual([
      expect.stringMatching(/^wrong.ts:4 [^]*Types of property 'when' are incompatible[^]*NotJson<"a Date; store /),
      expect.stringMatching(/^wrong.ts:5 [^]*Types of property 'run' are incompatible[^]*NotJson<"a function">/),
      expect.stringContaining(`wrong.ts:6 Type 'Date' is not assignable to type 'JsonValue | NotJson<"${date}">'`),
      expect.stringMatching(/^wrong.ts:7 [^]*NotJson<"a collection; a state is a plain object">/),
    ]);
  });
});
