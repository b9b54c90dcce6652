// Where the parts of this package are: its root, its entries and its files.
import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { dirname, join, posix, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of this package's package.json. */
export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

interface EntryFiles {
  readonly types: string;
  readonly default: string;
}

/** What the tests read of package.json. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly peerDependencies: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, string | Readonly<Record<'import' | 'require', EntryFiles>>>>;
}

export const MANIFEST = JSON.parse(readText('package.json')) as Manifest;

/** One door of the package. Paths begin at the root. */
export interface PackageEntry {
  /** As in package.json: `.`, `./redis`. */
  readonly door: string;
  /** What users import: `nestjs-fsm-storage/redis`. */
  readonly publicName: string;
  readonly source: string;
  readonly script: string;
  readonly types: string;
}

export const ENTRIES: readonly PackageEntry[] = Object.entries(MANIFEST.exports).flatMap(([door, target]) => {
  if (typeof target === 'string') return [];
  const script = target.import.default.replace('./', '');
  return {
    door,
    publicName: posix.join(MANIFEST.name, door),
    source: script.replace(/^dist\//, 'src/').replace(/\.js$/, '.ts'),
    script,
    types: target.import.types.replace('./', ''),
  };
});

/** Reads a file whose path begins at the root. */
export function readText(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

/** What git tracks, or would with the next `git add`; paths begin at the root and have forward slashes. */
export function listedByGit(): string[] {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: ROOT });
  const paths = listed.toString('utf8').split('\0');
  return paths.filter((path) => path !== '' && isFile(path)).sort();
}

/** Not so: what is deleted and not yet committed, and links to folders. */
function isFile(path: string): boolean {
  return statSync(join(ROOT, path), { throwIfNoEntry: false })?.isFile() ?? false;
}

/** The files of one folder that end so. */
export function filesBelow(folder: string, ending: string): string[] {
  return listedByGit().filter((path) => path.startsWith(`${folder}/`) && path.endsWith(ending));
}

/** An absolute path as one that begins at the root. */
export function fromRoot(path: string): string {
  return relative(ROOT, path).split(sep).join('/');
}
