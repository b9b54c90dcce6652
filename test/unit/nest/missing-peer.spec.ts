import { describe, expect, it } from '@jest/globals';
import { importWithPeer } from '../../../src/nest/missing-peer.js';

const peer = { name: 'ioredis', install: 'ioredis@^5.4.0' };

function failingWith(code: string, message: string): () => Promise<never> {
  return () => Promise.reject(Object.assign(new Error(message), { code }));
}

describe('importWithPeer', () => {
  it.each([
    ['ERR_MODULE_NOT_FOUND', "Cannot find package 'ioredis' imported from /app/dist/redis.storage.js"],
    ['MODULE_NOT_FOUND', "Cannot find module 'ioredis'\nRequire stack:\n- /app/dist/redis.storage.js"],
  ])('ER-2 names the package and how to install it (%s)', async (code, message) => {
    const loaded = importWithPeer('redis', peer, failingWith(code, message));
    await expect(loaded).rejects.toMatchObject({
      code: 'MISSING_DEPENDENCY',
      packages: ['ioredis'],
      message: 'backend "redis" needs ioredis, which is not installed. Run: npm install ioredis@^5.4.0',
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
    await expect(importWithPeer('redis', peer, failingWith(code, message))).rejects.toMatchObject({ code, message });
  });

  it('passes what was loaded', async () => {
    await expect(importWithPeer('redis', peer, async () => 'loaded')).resolves.toBe('loaded');
  });
});
