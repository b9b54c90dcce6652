import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { checkTypes, codeBlocksInComments, compile, type Example, layOut } from '../support/package-examples.js';
import { listedByGit, MANIFEST, readText } from '../support/package-layout.js';
import { anchorsOf, codeBlocksIn, DOCUMENTS, linksIn } from '../support/package-markdown.js';
import { removeFolder, runWell } from '../support/package-process.js';

const SHOWN = DOCUMENTS.flatMap((path) => codeBlocksIn(path, readText(path))).filter(isTypeScript);
const COMMENTED = codeBlocksInComments().filter(isTypeScript);

let folder = '';
let examples: Example[] = [];

beforeAll(() => {
  ({ folder, examples } = layOut([...SHOWN, ...COMMENTED]));
  compile(folder);
});

afterAll(() => removeFolder(folder));

function isTypeScript({ language }: { readonly language: string }): boolean {
  return language === 'ts' || language === 'typescript';
}

describe('the code in documents and doc comments', () => {
  it('is there', () => {
    expect(SHOWN.length).toBeGreaterThan(20);
    expect(COMMENTED.length).toBeGreaterThan(10);
  });

  it('compiles, each block separately, against the public names of the package', () => {
    expect(checkTypes(examples)).toEqual([]);
  });

  it.each(SHOWN.filter(({ isRun }) => isRun))('runs: $place', async ({ place }) => {
    const path = examples.find((example) => example.place === place)?.path ?? '';
    await runWell(process.execPath, [path.replace(/\.ts$/, '.js')], { cwd: folder, timeout: 30_000 });
  });
});

describe('the documents', () => {
  it('are the ones a newcomer looks for', () => {
    const expected = [
      'README.md',
      'CHANGELOG.md',
      'CONTRIBUTING.md',
      'sample/README.md',
      'docs/from-kurigram-addons.md',
      'docs/reference/contract.md',
      'docs/reference/errors.md',
      'docs/reference/options.md',
    ];
    expect(expected.filter((path) => !DOCUMENTS.includes(path))).toEqual([]);
  });

  it('hold no link that leads nowhere', () => {
    const files = listedByGit();
    const isThere = (path: string): boolean => files.some((file) => file === path || file.startsWith(`${path}/`));
    const broken = DOCUMENTS.flatMap(linksIn).filter(({ path, heading }) => {
      return !isThere(path) || (heading !== undefined && path.endsWith('.md') && !anchorsOf(path).includes(heading));
    });
    expect(broken.map(({ from, target }) => `${from}: ${target}`)).toEqual([]);
  });

  it('are all reached from the README', () => {
    const reached = new Set(['README.md']);
    for (const path of reached) {
      for (const link of linksIn(path)) if (DOCUMENTS.includes(link.path)) reached.add(link.path);
    }
    expect(DOCUMENTS.filter((path) => !reached.has(path))).toEqual([]);
  });
});

describe('the paths in the documents', () => {
  it('name files and folders that exist', () => {
    const files = listedByGit();
    const exists = (path: string): boolean => files.some((file) => file === path || file.startsWith(`${path}/`));
    const missing = DOCUMENTS.flatMap((document) => {
      const named = [...readText(document).matchAll(/`((?:src|test|sample|benchmark)\/(?!data\b)[\w./-]+?)\/?`/g)];
      // The sample's README names files from its own folder, and `data` exists only once it has run.
      const folder = document.startsWith('sample/') ? 'sample/' : '';
      return named.filter(([, path = '']) => !exists(`${folder}${path}`)).map(([, path]) => `${document}: ${path}`);
    });
    expect(missing).toEqual([]);
  });
});

describe('the install commands of the documents', () => {
  const commands = DOCUMENTS.flatMap((path) => {
    return [...readText(path).matchAll(/npm install ([^`#\n]+)/g)].map(([, packages = '']) => ({ path, packages }));
  });
  /** `ioredis@^5.0.4`, `ioredis@^6.0.0` and so on: every range of every peer dependency. */
  const accepted = Object.entries(MANIFEST.peerDependencies).flatMap(([name, ranges]) => {
    return ranges.split(' || ').map((range) => `${name}@${range}`);
  });
  const peers = Object.keys(MANIFEST.peerDependencies);

  it('name peer dependencies with a range of package.json', () => {
    const others = commands.flatMap(({ path, packages }) => {
      const named = packages.split(/\s+/).filter((argument) => peers.includes(argument.replace(/(?<=.)@.*$/, '')));
      return named.filter((argument) => !accepted.includes(argument)).map((argument) => `${path}: ${argument}`);
    });
    expect(others).toEqual([]);
  });

  it('name every backend package', () => {
    const text = commands.map(({ packages }) => packages).join(' ');
    const names = ['ioredis', 'typeorm', 'pg', 'mysql2', 'better-sqlite3', 'sqlite3'];
    expect(names.filter((name) => !text.includes(`${name}@`))).toEqual([]);
  });
});

describe('the README', () => {
  const readme = readText('README.md');

  it('has at most 250 lines', () => {
    expect(readme.trimEnd().split('\n').length).toBeLessThanOrEqual(250);
  });

  it.each(['npm ci && npm start', 'npm ci && npm test'])('holds the command `%s` on its own line', (command) => {
    expect(readme.split('\n')).toContain(command);
  });
});
