// Apps of consumers: folders outside the repository that hold the packed package and only what they installed.
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import { MANIFEST, readText, ROOT } from './package-layout.js';
import { run, runWell } from './package-process.js';

const INSTALL = ['install', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'];
const INSTALL_TIMEOUT = 180_000;

/** What `npm pack` made. */
export interface Packed {
  readonly tarball: string;
  /** The files in it, from the package's root. */
  readonly files: readonly string[];
}

/** Packs what is built now; runs no script, so nothing is built anew. */
export async function packInto(folder: string): Promise<Packed> {
  const args = ['pack', '--ignore-scripts', '--json', '--pack-destination', folder];
  const [packed] = JSON.parse(await runWell('npm', args, { cwd: ROOT })) as [
    { readonly filename: string; readonly files: readonly { readonly path: string }[] },
  ];
  return { tarball: join(folder, packed.filename), files: packed.files.map(({ path }) => path) };
}

/** Makes an empty app. */
export function createApp(folder: string, type: 'module' | 'commonjs'): string {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'consumer', private: true, type }));
  return folder;
}

/** Runs `npm install` with these arguments; no install script runs, so native add-ons stay unbuilt. */
export async function install(app: string, packages: readonly string[]): Promise<void> {
  await runWell('npm', [...INSTALL, ...packages], { cwd: app, timeout: INSTALL_TIMEOUT });
}

/** Whether npm would install these packages next to the packages of the app; null: yes, otherwise the error of npm. */
export async function refusalOf(app: string, packages: readonly string[]): Promise<string | null> {
  const { code, stderr } = await run('npm', [...INSTALL, '--dry-run', ...packages], {
    cwd: app,
    timeout: INSTALL_TIMEOUT,
  });
  return code === 0 ? null : stderr;
}

/** Unpacks the package into an app and links some of the repository's packages next to it: no network, no waiting. */
export async function installByHand(app: string, tarball: string, packages: readonly string[]): Promise<void> {
  const target = join(app, 'node_modules', MANIFEST.name);
  mkdirSync(target, { recursive: true });
  await runWell('tar', ['-xzf', tarball, '-C', target, '--strip-components=1'], { cwd: app });
  for (const name of packages) linkPackage(app, name);
}

/** Puts the repository's copy of a package, native add-on built, in the place of the app's. */
export function linkPackage(app: string, name: string): void {
  const link = join(app, 'node_modules', name);
  rmSync(link, { recursive: true, force: true });
  mkdirSync(dirname(link), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules', name), link, 'dir');
}

/** What the package's own declarations get wrong where an app can see only what it installed. */
export function checkDeclarations(app: string, publicName: string): string[] {
  const path = join(app, 'entry.mts');
  writeFileSync(path, `export * from '${publicName}';\n`);
  const program = ts.createProgram([path], {
    module: ts.ModuleKind.NodeNext,
    strict: true,
    experimentalDecorators: true,
    types: [],
  });
  const ours = `/node_modules/${MANIFEST.name}/`;
  const files = program.getSourceFiles().filter(({ fileName }) => fileName === path || fileName.includes(ours));
  return files
    .flatMap((file) => [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)])
    .map(({ file, messageText }) => `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`);
}

/** Compiles a CommonJS program of an app with tsc, types included; returns what tsc reports. */
export function compileWithTypes(app: string, name: string, text: string, options: ts.CompilerOptions): string[] {
  const path = join(app, name);
  writeFileSync(path, text);
  const program = ts.createProgram([path], {
    ...options,
    target: ts.ScriptTarget.ES2022,
    strict: true,
    skipLibCheck: true,
    experimentalDecorators: true,
    emitDecoratorMetadata: true,
    esModuleInterop: true,
    types: [],
  });
  const { diagnostics } = program.emit();
  return [...ts.getPreEmitDiagnostics(program), ...diagnostics].map(({ code, file, messageText }) => {
    return `${file?.fileName} TS${code}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
  });
}

/** Compiles a program of `test/package/apps` as a consumer would, to the module format of the app. */
export function compileApp(app: string, program: string): void {
  const isModule = readFileSync(join(app, 'package.json'), 'utf8').includes('"type":"module"');
  const { outputText } = ts.transpileModule(readText(`test/package/apps/${program}.ts`), {
    compilerOptions: {
      module: isModule ? ts.ModuleKind.ES2022 : ts.ModuleKind.CommonJS,
      target: ts.ScriptTarget.ES2023,
      experimentalDecorators: true,
      emitDecoratorMetadata: true,
      esModuleInterop: true,
    },
  });
  writeFileSync(join(app, `${program}.js`), outputText);
}

/** Compiles a program of `test/package/apps` and runs it; returns the JSON that it prints. */
export async function runApp(app: string, program: string, ...args: readonly string[]): Promise<unknown> {
  compileApp(app, program);
  return JSON.parse(await runWell(process.execPath, [`${program}.js`, ...args], { cwd: app }));
}
