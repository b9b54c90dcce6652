import { describe, expect, it } from '@jest/globals';
import { importPeer, installArguments, PEER_RANGES } from '../../../src/toolkit/peer-packages.js';
import { MANIFEST } from '../../support/package-layout.js';

const PURPOSE = 'backend "redis"';

function failingWith(code: string, message: string): () => Promise<never> {
  return () => Promise.reject(Object.assign(new Error(message), { code }));
}

describe('PEER_RANGES', () => {
  it('is what package.json declares', () => {
    expect(MANIFEST.peerDependencies).toEqual(PEER_RANGES);
  });
});

describe('installArguments', () => {
  it('names the first alternative of each range', () => {
    expect(installArguments(['typeorm', 'pg'])).toBe('typeorm@^0.3.28 pg@^8.5.1');
  });
});

describe('importPeer', () => {
  it.each([
    ['ERR_MODULE_NOT_FOUND', "Cannot find package 'ioredis' imported from /app/dist/redis.storage.js"],
    ['MODULE_NOT_FOUND', "Cannot find module 'ioredis'\nRequire stack:\n- /app/dist/redis.storage.js"],
  ])('ER-2 names the package and its install command after %s', async (code, message) => {
    const loaded = importPeer(PURPOSE, 'ioredis', failingWith(code, message));
    await expect(loaded).rejects.toMatchObject({
      code: 'MISSING_DEPENDENCY',
      packages: ['ioredis'],
      message: 'backend "redis" needs ioredis, which is not installed. Run: npm install ioredis@^5.0.4',
      cause: { code },
    });
  });

  it.each([
    [
      'a package missing inside the peer',
      'ERR_MODULE_NOT_FOUND',
      "Cannot find package 'denque' imported from /ioredis",
    ],
    ['a file missing inside the peer', 'ERR_MODULE_NOT_FOUND', "Cannot find module '/app/node_modules/ioredis/x.js'"],
    ['another package with a similar name', 'MODULE_NOT_FOUND', "Cannot find module 'ioredis-mock'"],
    ['another fault', 'ERR_DLOPEN_FAILED', "Cannot find module 'ioredis'"],
  ])('ER-2 does not mistake %s for a missing peer', async (_what, code, message) => {
    await expect(importPeer(PURPOSE, 'ioredis', failingWith(code, message))).rejects.toMatchObject({ code, message });
  });

  it('resolves with the package', async () => {
    await expect(importPeer(PURPOSE, 'ioredis', async () => 'loaded')).resolves.toBe('loaded');
  });
});
