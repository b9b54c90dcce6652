import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { install, type Packed, packInto } from '../support/package-app.js';
import { ROOT } from '../support/package-layout.js';
import { createFolder, removeFolder, runScript, runWell } from '../support/package-process.js';

const TIMEOUT = 600_000;

/** Optional peers that the generated app's test imports. */
const PEERS = ['ioredis@5', 'typeorm@^0.3.28', 'fast-check@4'];

let folder = '';
let packed: Packed;

beforeAll(async () => {
  folder = createFolder('nest-apps');
  packed = await packInto(folder);
});

afterAll(() => removeFolder(folder));

// Nest 11 generates a CommonJS app with ts-jest, Nest 12 an ES module app with vitest.
describe.each(['11', '12'])("an app that Nest %s's own CLI generates, its configuration unchanged", (version) => {
  let app = '';

  beforeAll(async () => {
    const name = `nest-${version}`;
    const generate = ['--yes', `@nestjs/cli@${version}`, 'new', name, '--package-manager=npm'];
    await runWell('npx', [...generate, '--skip-git', '--skip-install'], { cwd: folder, timeout: TIMEOUT });
    app = join(folder, name);
    for (const file of ['app.controller.spec.ts', 'app.controller.ts', 'app.service.ts'])
      rmSync(join(app, 'src', file));
    const sources = join(ROOT, 'test/package/apps/generated');
    copyFileSync(join(sources, 'app.module.ts'), join(app, 'src/app.module.ts'));
    copyFileSync(join(sources, 'storage-test.ts'), join(app, 'src/storage.spec.ts'));
    removeLinters(join(app, 'package.json'));
    await install(app, [packed.tarball, `@nestjs/terminus@${version}`, ...PEERS]);
  }, TIMEOUT);

  it('builds', async () => {
    await runWell('npm', ['run', 'build'], { cwd: app, timeout: TIMEOUT });
  });

  it('passes its tests', async () => {
    await runWell('npm', ['test'], { cwd: app, timeout: TIMEOUT });
  });

  it('runs', async () => {
    const text = `
      const { NestFactory } = require('@nestjs/core');
      (async () => {
        const { AppModule, VisitsController } = await import('./dist/app.module.js');
        const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
        console.log(JSON.stringify(await app.get(VisitsController).visit()));
        await app.close();
      })();`;
    expect(JSON.parse(await runScript(app, 'run.cjs', text))).toEqual({ backend: 'memory', visits: 1 });
  });
});

/** They only make the installation slower. */
function removeLinters(manifest: string): void {
  const { devDependencies, ...others } = JSON.parse(readFileSync(manifest, 'utf8')) as {
    readonly devDependencies: Readonly<Record<string, string>>;
  };
  const kept = Object.entries(devDependencies).filter(([name]) => !/lint|mau|prettier|coverage/.test(name));
  writeFileSync(manifest, JSON.stringify({ ...others, devDependencies: Object.fromEntries(kept) }));
}
