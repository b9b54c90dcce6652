import { afterAll, describe, expect, it } from '@jest/globals';
import { useServer } from '../support/fixtures.js';
import { startRedisServer } from '../support/redis-server.js';
import { killSampleApps, pollUntil, SampleApp } from '../support/sample-app.js';

const PASSWORD = 'never-to-be-shown';

describe('the order bot while Redis is down', () => {
  afterAll(killSampleApps);
  const redis = useServer(() => startRedisServer({ persistent: true, args: ['--requirepass', PASSWORD] }));
  const url = (): string => redis().url.replace('redis://', `redis://default:${PASSWORD}@`);

  it('HL-2 returns 503 everywhere, reports no secret, and goes on when Redis is back', async () => {
    const app = await SampleApp.start({ STORAGE: 'redis', REDIS_URL: url(), MESSAGE_LIMIT: '1000' });
    const { body } = await app.say('patient', 'hello');
    expect((await app.get('/health')).status).toBe(200);

    await redis().kill();
    const health = await pollUntil(
      () => app.get('/health'),
      ({ status }) => status === 503,
    );
    expect(health.body).toMatchObject({
      status: 'error',
      error: { 'fsm-storage': { status: 'down', backend: 'redis', namespace: 'order-bot' } },
    });
    const responses = [await app.say('patient', '1'), await app.get('/chats/patient'), await app.get('/chats')];
    const refused = await pollUntil(
      () => app.get('/chats/patient'),
      ({ body }) => (body as { code?: unknown }).code === 'CIRCUIT_OPEN',
    );
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
    for (const response of responses) {
      expect(response.status).toBe(503);
      expect(response.body).toMatchObject({ message: expect.stringContaining('The storage is not available.') });
      expect(JSON.stringify(response.body)).not.toMatch(/\bat .*\.js|stack/);
    }

    await redis().restart();
    await pollUntil(
      () => app.get('/health'),
      ({ status }) => status === 200,
    );
    expect((await app.get('/chats/patient')).body).toEqual((body as { state: unknown }).state);
    expect((await app.say('patient', '1')).body).toMatchObject({ state: { name: 'Order:quantity' } });
    const { code, output } = await app.terminate();
    expect(code).toBe(0);
    expect(JSON.stringify([health.body, responses, output])).not.toContain(PASSWORD);
  });

  it('ends cleanly at SIGTERM while Redis is down', async () => {
    const app = await SampleApp.start({ STORAGE: 'redis', REDIS_URL: url() });
    await redis().kill();
    expect((await app.terminate()).code).toBe(0);
    await redis().restart();
  });
});
