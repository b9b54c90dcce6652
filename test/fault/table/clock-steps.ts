import type { BaseStorage } from '../../../src/contract/base-storage.js';
import { FakeClock } from '../../../src/testing/fake-clock.js';
import type { Finding } from './finding.js';

const HOUR_MS = 3_600_000;
const TTL = 600;

/** The app's clock is set one hour ahead, then two hours back, while states have a ttl of ten minutes. */
export async function clockSteps(open: (clock: FakeClock) => Promise<BaseStorage>): Promise<Finding> {
  const clock = new FakeClock(Date.now());
  const storage = await open(clock);
  await storage.start();
  try {
    await storage.setState('with deadline', { name: 'here' }, { ttl: TTL });
    await storage.setState('without', { name: 'here' });
    clock.advance(HOUR_MS);
    const isThere = (await storage.getState('with deadline')) !== null;
    await storage.setState('after', { name: 'here' }, { ttl: TTL });
    clock.advance(-2 * HOUR_MS);
    const kept = await storage.getStates(['without', 'after']);
    const isKept = kept.every((state) => state !== null);
    return {
      seen: isThere ? 'nothing: the server’s clock decides' : 'deadlines follow the app’s clock',
      lost: isKept ? 'nothing by the step back' : 'a state by the step back',
      isBroken: !isKept,
    };
  } finally {
    await storage.stop();
  }
}
