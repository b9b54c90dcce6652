import { describe, expect, it, jest } from '@jest/globals';

jest.unstable_mockModule('@opentelemetry/api', () => {
  throw Object.assign(new Error("Cannot find package '@opentelemetry/api' imported from x.js"), {
    code: 'ERR_MODULE_NOT_FOUND',
  });
});

const { FsmStorage, MemoryDriver, MemoryStorage, telemetry } = await import('../../../src/index.js');
const { FaultyDriver } = await import('../../../src/testing/index.js');

describe('telemetry without @opentelemetry/api', () => {
  it('ER-2 fails the start with the install command, and leaves nothing open', async () => {
    const driver = new FaultyDriver(new MemoryDriver());
    const storage = new FsmStorage(driver, { layers: [telemetry()] });
    await expect(storage.start()).rejects.toMatchObject({
      code: 'MISSING_DEPENDENCY',
      packages: ['@opentelemetry/api'],
      message: expect.stringContaining('npm install @opentelemetry/api@'),
    });
    expect([driver.callsOf('open'), driver.callsOf('close')]).toEqual([1, 1]);
    expect(await storage.health()).toBe(false);
    await storage.stop();
  });

  it('gives events all the same', async () => {
    const outcomes: string[] = [];
    const layer = telemetry({ openTelemetry: false, onEvent: ({ operation }) => outcomes.push(operation) });
    const storage = new MemoryStorage({ layers: [layer] });
    await storage.start();
    await storage.setState('a', {});
    await storage.stop();
    expect(outcomes).toEqual(['open', 'write', 'close']);
  });
});
