// Lets plain node run the TypeScript of this repository, for tests that need separate processes:
//
//   node --import ./test/support/ts-register.mjs test/support/some-worker.ts
//
// Only files outside node_modules are touched: `./x.js` leads to `./x.ts` where that is what exists, and TypeScript is
// transformed with the settings of jest.config.mjs. TYPEORM_PACKAGE=typeorm-v1 puts TypeORM 1.x in TypeORM's place.
import { transform } from '@swc/core';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { register } from 'node:module';
import { fileURLToPath } from 'node:url';
import { isMainThread } from 'node:worker_threads';

// Node loads this file twice: in the program, to register it, and in the thread that runs the two hooks below.
if (isMainThread) register(import.meta.url);

export async function resolve(specifier, context, nextResolve) {
  if (specifier === 'typeorm') return nextResolve(process.env.TYPEORM_PACKAGE ?? 'typeorm', context);
  const parent = context.parentURL ?? '';
  const isOurs = /^\.{1,2}\/.*\.js$/.test(specifier) && !parent.includes('/node_modules/');
  if (!isOurs) return nextResolve(specifier, context);
  const source = new URL(specifier.replace(/\.js$/, '.ts'), parent);
  return existsSync(source) ? nextResolve(source.href, context) : nextResolve(specifier, context);
}

export async function load(url, context, nextLoad) {
  if (!url.endsWith('.ts') || url.includes('/node_modules/')) return nextLoad(url, context);
  const path = fileURLToPath(url);
  const { code } = await transform(await readFile(path, 'utf8'), {
    filename: path,
    swcrc: false,
    jsc: {
      target: 'es2023',
      parser: { syntax: 'typescript', decorators: true },
      transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
      keepClassNames: true,
    },
    module: { type: 'es6' },
    sourceMaps: 'inline',
  });
  return { format: 'module', source: code, shortCircuit: true };
}
