import { describe, expect, it, jest } from '@jest/globals';
import { findServer } from '../support/find-server.js';
import { isVersion, REDIS, SERVER_PRODUCTS, VALKEY_9 } from '../support/server-products.js';

// README.md says on which versions the tests run.
describe('the servers of the tests', () => {
  it.each(SERVER_PRODUCTS)('are of the version that the documents name: $name $version', async (product) => {
    const path = await findServer(product);
    const version = await product.readVersion(path);
    const isExpected = isVersion(version, product.version);
    expect({ path, version, isExpected }).toEqual({ path, version, isExpected: true });
  });

  it('are not replaced by another product that an environment variable names', async () => {
    const redis = await findServer(REDIS);
    const variable = 'FSM_TEST_NOT_VALKEY';
    process.env[variable] = redis;
    try {
      await expect(findServer({ ...VALKEY_9, variable })).rejects.toThrow(
        `${variable}: expected valkey-server of Valkey 9, but ${redis} is another product or version.`,
      );
    } finally {
      delete process.env[variable];
    }
  });

  it('are never skipped: without root the message says how to get one', async () => {
    const getuid = jest.spyOn(process as { getuid(): number }, 'getuid').mockReturnValue(1000);
    try {
      await expect(findServer({ ...VALKEY_9, program: 'missing-server' })).rejects.toThrow(
        'The tests need missing-server of Valkey 9. Put it on the PATH, or name it, or its folder, with ' +
          'FSM_TEST_VALKEY_9_SERVER. As root on Debian, the tests unpack valkey-server and valkey-tools of Debian unstable, ' +
          'if they are of this version; macOS: brew install valkey.',
      );
    } finally {
      getuid.mockRestore();
    }
  });
});
