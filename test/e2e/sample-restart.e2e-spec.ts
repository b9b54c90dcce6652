import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { useServer } from '../support/fixtures.js';
import { startRedisServer } from '../support/redis-server.js';
import {
  createDataFolder,
  killSampleApps,
  pollUntil,
  SampleApp,
  type SampleEnvironment,
} from '../support/sample-app.js';

const redis = useServer(() => startRedisServer({ persistent: true }));
let folder: Awaited<ReturnType<typeof createDataFolder>>;

beforeEach(async () => {
  folder = await createDataFolder();
});

afterEach(async () => {
  await killSampleApps();
  await folder.remove();
});

function environmentFor(storage: string): SampleEnvironment {
  return { STORAGE: storage, REDIS_URL: redis().url, DATA_DIR: folder.path, MESSAGE_LIMIT: '1000' };
}

describe.each(['sqlite', 'redis', 'file'])('the order bot on %s', (storage) => {
  it('goes on where it was after kill -9 at every step', async () => {
    const steps = ['hello', '1', '2', 'checkout', '12 Garden Lane', 'yes'];
    let before: unknown;
    for (const step of steps) {
      const app = await SampleApp.start(environmentFor(storage));
      if (before !== undefined) expect((await app.get('/chats/killed')).body).toEqual(before);
      before = ((await app.say('killed', step)).body as { state: unknown }).state;
      expect((await app.kill()).signal).toBe('SIGKILL');
    }
    expect(before).toMatchObject({ name: 'Order:done', data: { lines: [{ dish: 'Margherita', quantity: 2 }] } });
    const app = await SampleApp.start(environmentFor(storage));
    expect((await app.say('killed', 'hello')).body).toMatchObject({ reply: expect.stringContaining('visit number 2') });
  });

  it('has every message it acknowledged, after kill -9 in the middle of many', async () => {
    const app = await SampleApp.start(environmentFor(storage));
    await app.say('busy', 'hello');
    const acknowledged: number[] = [];
    const messages = Array.from({ length: 60 }, async () => {
      const { body } = await app.say('busy', '1 x 1');
      acknowledged.push((body as { state: { data: { lines: unknown[] } } }).state.data.lines.length);
    });
    await pollUntil(
      async () => acknowledged.length,
      (count) => count >= 10,
    );
    await app.kill();
    await Promise.allSettled(messages);

    const { body } = await (await SampleApp.start(environmentFor(storage))).get('/chats/busy');
    const { lines } = (body as { data: { lines: unknown[] } }).data;
    expect(lines.length).toBeGreaterThanOrEqual(Math.max(...acknowledged));
  });

  it('LC-3 ends cleanly at SIGTERM, with clients connected', async () => {
    const app = await SampleApp.start(environmentFor(storage));
    await app.say('polite', 'hello');
    const ending = await app.terminate();
    expect(ending).toMatchObject({ code: 0, signal: null });
    expect(ending.output).not.toMatch(/error|warn/i);
    const restarted = await SampleApp.start(environmentFor(storage));
    expect((await restarted.get('/chats/polite')).status).toBe(200);
  });
});

describe.each(['sqlite', 'redis'])('two order bots on one %s', (storage) => {
  it('CAS-5 lose none of the messages that one chat sends to both at once', async () => {
    const apps = await Promise.all([
      SampleApp.start(environmentFor(storage)),
      SampleApp.start(environmentFor(storage)),
    ]);
    await apps[0].say('shared', 'hello');
    const responses = await Promise.all(
      apps.flatMap((app) => Array.from({ length: 20 }, () => app.say('shared', '1 x 1'))),
    );
    expect(responses.map(({ status }) => status)).toEqual(responses.map(() => 200));
    const { body } = await apps[1].get('/chats/shared');
    expect((body as { data: { lines: unknown[] } }).data.lines).toHaveLength(40);
  });
});
