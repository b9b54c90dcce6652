import { describe, expect, it } from '@jest/globals';
import type { Session } from '../../../../../src/backends/redis/connection/session.js';
import { toBackendError } from '../../../../../src/backends/redis/connection/redis-errors.js';
import { unlinkKeys } from '../../../../../src/backends/redis/commands/keyspace.js';

const REJECTED = Object.assign(new Error('CLUSTERDOWN x'), { name: 'ReplyError' });
const CALL = { address: 'a cluster', effect: 'write', commandTimeout: 5000 } as const;

/** The result of a removal in a cluster in which the node with the keys `lost…` is down. */
async function removalOf(names: readonly string[]): Promise<unknown> {
  const unlink = (name: string): Promise<number> =>
    name.startsWith('lost') ? Promise.reject(REJECTED) : Promise.resolve(1);
  const session = { client: { isCluster: true, unlink } } as unknown as Session;
  const connection = {
    isSplit: true,
    write: <T>(command: (session: Session) => Promise<T>): Promise<T> => command(session),
  };
  return unlinkKeys(connection, names).catch((error: unknown) => toBackendError(error, CALL));
}

describe('unlinkKeys in a cluster', () => {
  it('returns how many keys were removed', async () => {
    expect(await removalOf(['a', 'b'])).toBe(2);
  });

  it('NS-3 ER-4 has an unknown outcome if some keys are removed and others are not', async () => {
    const failure = await removalOf(['a', 'lost', 'b']);
    expect(failure).toMatchObject({ code: 'UNAVAILABLE', outcome: 'unknown' });
    expect(String(failure)).toContain('removed 2 of them');
  });

  it('NS-3 ER-4 is not applied if no key is removed', async () => {
    expect(await removalOf(['lost:1', 'lost:2'])).toMatchObject({ code: 'UNAVAILABLE', outcome: 'not-applied' });
  });
});
