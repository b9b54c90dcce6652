import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readProperty } from './properties.js';

/**
 * The version of a package that was imported, read from its package.json. undefined where that cannot be known: an ES
 * module, a package inside a bundle, or another package that an app installs under this name.
 * @param imported - what `import()` resolved with
 */
export function installedVersion(name: string, imported: unknown): string | undefined {
  const file = fileOf([imported, readProperty(imported, 'default')]);
  const manifest = file === undefined ? undefined : manifestAbove(dirname(file));
  const version = readProperty(manifest, 'version');
  return readProperty(manifest, 'name') === name && typeof version === 'string' ? version : undefined;
}

/**
 * Node's cache leads from what a CommonJS package exports to its file, wherever the importing file is. `getBuiltinModule`,
 * because webpack replaces an imported `createRequire`.
 */
function fileOf(exported: readonly unknown[]): string | undefined {
  const { cache } = process.getBuiltinModule('node:module').createRequire(process.execPath);
  const values = exported.filter((value) => value !== undefined);
  return Object.keys(cache).find((file) => values.some((value) => value === cache[file]?.exports));
}

/** Parses the nearest package.json that names its package; others only say `"type": "commonjs"`. */
function manifestAbove(folder: string): unknown {
  const manifest = readManifest(folder);
  if (readProperty(manifest, 'name') !== undefined || dirname(folder) === folder) return manifest;
  return manifestAbove(dirname(folder));
}

function readManifest(folder: string): unknown {
  try {
    return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  } catch {
    // No package.json here.
    return undefined;
  }
}

/** Whether a version is in a range of the form `^1.2.3 || ^4.0.0`. A suffix such as `-beta.1` does not count. */
export function isInRange(version: string, range: string): boolean {
  const found = toNumbers(version);
  return range.split(' || ').some((part) => {
    const lowest = toNumbers(part.replace('^', ''));
    // `^0.3.28` excludes 0.4: the first number that is not 0 must be the same.
    const fixed = lowest.findIndex((number) => number !== 0) + 1;
    return lowest.slice(0, fixed).every((number, index) => number === found[index]) && isAtLeast(found, lowest);
  });
}

function isAtLeast(found: readonly number[], lowest: readonly number[]): boolean {
  const index = lowest.findIndex((number, place) => number !== found[place]);
  return index === -1 || (found[index] ?? 0) > (lowest[index] ?? 0);
}

function toNumbers(version: string): readonly number[] {
  return version
    .replace(/[-+].*$/, '')
    .split('.')
    .map(Number);
}
